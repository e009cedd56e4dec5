import { connection, history } from './live.ts';

/** Until when nothing is known of any row on screen; undefined where something is, or they were not read yet. */
export function unknownUntil(): number | undefined {
  const ends = connection.watched().map((row) => history.unknownUntil(row));
  return ends.length > 0 && ends.every((end) => end !== undefined) ? Math.min(...ends) : undefined;
}
