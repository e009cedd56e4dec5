import type { EventRecord } from '@cb/protocol';
import { readEvents } from '../../live/api.ts';

const DAY_MS = 86_400_000;

/**
 * A circuit whose probes fail opens again and again, and the newest opening says only that. The reader asks for the
 * first one: where the instance last left closed. `events` are newest first.
 */
export function originOf(events: readonly EventRecord[], opened: EventRecord): EventRecord | undefined {
  let origin: EventRecord | undefined;
  for (const event of events) {
    if (event.lane !== opened.lane || event.t > opened.t) continue;
    if (event.to === 'closed' && event.from !== 'closed') break;
    if (event.to === 'open' && event.from === 'closed') {
      origin = event;
      break;
    }
  }
  return origin;
}

export async function readOrigin(opened: EventRecord, signal: AbortSignal): Promise<EventRecord | undefined> {
  if (opened.from !== 'half-open') return undefined;
  const page = await readEvents(opened.row, opened.t - DAY_MS, opened.t + 1, signal, 500);
  return originOf(page.events, opened);
}
