import type { TimelineLane } from '../lanes.ts';
import { type DirectoryAnswer, readDirectory, readLaneNumber, readTimeline } from './answers.ts';
import { Problem, quoted } from './problem.ts';
import type { Source } from './source.ts';

const PATIENCE_MS = 10_000;
const ALL = -1;

/** What one reading brought. */
export interface Reading {
  lanes: readonly TimelineLane[];
  /** The dashboard's own clock. */
  now: number;
  /** Breakers that it does not know, as a sentence. */
  problem: string | undefined;
}

/** Reads the lanes of the source, and remembers where they are to be found. */
export interface Reader {
  /** @throws Problem */
  read(signal: AbortSignal): Promise<Reading>;
}

interface Places {
  epoch: string;
  /** What the page's clock is behind the dashboard's. */
  aheadMs: number;
  /** By breaker; those that the dashboard knows. */
  rows: ReadonlyMap<string, number>;
  lanes: ReadonlyMap<string, number>;
}

export function createReader(source: Source): Reader {
  let places: Places | undefined;
  const { service, breakers, instance, spanMs } = source;

  async function find(signal: AbortSignal): Promise<Places> {
    const answer = await ask(source, 'directory?instances=0', signal);
    const known: DirectoryAnswer = readDirectory(answer, service) ?? nonsense();
    const rows = new Map<string, number>();
    const lanes = new Map<string, number>();
    for (const breaker of breakers) {
      const row = known.rows.get(breaker);
      const lane =
        row === undefined || instance === undefined
          ? ALL
          : readLaneNumber(await ask(source, `breaker?row=${row}`, signal), instance);
      if (row === undefined || lane === undefined) continue;
      rows.set(breaker, row);
      lanes.set(breaker, lane);
    }
    return { epoch: known.epoch, aheadMs: known.now - Date.now(), rows, lanes };
  }

  async function read(signal: AbortSignal): Promise<Reading> {
    const at = places ?? (await find(signal));
    const remembered = at === places;
    // Looked for again where anything fails from here on.
    places = undefined;
    const now = Date.now() + at.aheadMs;
    const missing = breakers.filter((breaker) => !at.rows.has(breaker));
    const problem = missing.length === 0 ? undefined : unknownOf(source, missing);
    const none = (label: string): TimelineLane => ({ label, segments: [{ state: 'no-data', fromMs: 0 }] });
    if (at.rows.size === 0) return { lanes: breakers.map(none), now, problem };
    const rows = [...at.rows.values()].join();
    const each = instance === undefined ? '' : '&lanes=1';
    const path = `timeline?rows=${rows}&from=${Math.max(0, Math.floor(now - spanMs))}${each}`;
    const answer = readTimeline(await ask(source, path, signal)) ?? nonsense();
    if (answer.epoch !== at.epoch) {
      if (remembered) return await read(signal);
      throw new Problem('The dashboard has just been started again.');
    }
    const { lanes } = answer;
    const found = breakers.map((label) => {
      const segments = lanes.get(`${at.rows.get(label)}:${at.lanes.get(label)}`);
      return segments && segments.length > 0 ? { label, segments } : none(label);
    });
    if (missing.length === 0) places = { ...at, aheadMs: answer.to - Date.now() };
    return { lanes: found, now: answer.to, problem };
  }
  return { read };
}

function unknownOf({ service, instance }: Source, missing: readonly string[]): string {
  const where = instance === undefined ? '' : ` on the instance ${quoted(instance)}`;
  return `The dashboard knows no ${missing.map(quoted).join(', ')} of ${quoted(service)}${where}.`;
}

function nonsense(): never {
  throw new Problem('What answers there is no dashboard, or one of another version.');
}

/** One GET, as parsed JSON. */
async function ask({ base, token }: Source, path: string, outer: AbortSignal): Promise<unknown> {
  const abort = new AbortController();
  const stop = () => abort.abort();
  outer.addEventListener('abort', stop);
  if (outer.aborted) stop();
  const timer = setTimeout(stop, PATIENCE_MS);
  try {
    const response = await fetch(`${base}api/v1/${path}`, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
      signal: abort.signal,
    });
    if (response.status === 401) {
      throw new Problem(
        `The dashboard ${token === undefined ? 'asks for a token' : 'refuses this token'}.`,
        true,
      );
    }
    if (!response.ok) throw new Problem(`The dashboard answers ${response.status}.`);
    return await response.json().catch(nonsense);
  } catch (error) {
    if (error instanceof Problem && !abort.signal.aborted) throw error;
    throw new Problem(
      abort.signal.aborted
        ? `The dashboard did not answer within ${PATIENCE_MS / 1_000} seconds.`
        : 'The dashboard cannot be reached, or does not allow pages of this origin.',
    );
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', stop);
  }
}
