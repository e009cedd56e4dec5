import type { EventRecord } from '@cb/protocol';
import type { Changes, Config } from '../../../lib/breaker-config.ts';
import { duration, elapsed } from '../../../lib/format.ts';
import { type Advice, median, type Observed, roundedUpMs } from './observed.ts';

/** Openings from closed from which a circuit flaps, and how soon it opens again. */
const FLAPPING = 5;
const SOON_MS = 300_000;
/** Probe phases that failed, and which share of all of them, from which probing comes too early. */
const FAILED_PHASES = 3;
const FAILED_RATIO = 0.75;
/** Attempts that an outage of usual length should take. */
const ATTEMPTS = 4;

/** A time from the first opening to the closing behind it; `to` is undefined while it lasts. */
interface Outage {
  from: number;
  to: number | undefined;
}

export function adviseOpenTime({ config, events }: Observed): Advice[] {
  const outages = outagesOf(events);
  const flapping = adviseFlapping(config, outages);
  // A circuit that flaps has probes that pass.
  return flapping ? [flapping] : adviseProbes(config, events, outages);
}

function outagesOf(events: readonly EventRecord[]): Outage[] {
  const outages: Outage[] = [];
  for (const { from, to, t } of events) {
    const last = outages.at(-1);
    if (from === 'closed' && to === 'open') outages.push({ from: t, to: undefined });
    else if (to === 'closed' && last !== undefined) last.to ??= t;
  }
  return outages;
}

function adviseFlapping(config: Config, outages: readonly Outage[]): Advice | undefined {
  if (outages.length < FLAPPING) return undefined;
  const closedMs = median(
    outages.slice(1).flatMap(({ from }, i) => {
      const before = outages[i]?.to;
      return before === undefined ? [] : [from - before];
    }),
    'at most',
  );
  const cycleMs = median(
    outages.slice(1).map(({ from }, i) => from - (outages[i]?.from ?? from)),
    'at most',
  );
  if (closedMs === undefined || cycleMs === undefined || closedMs > SOON_MS) return undefined;
  const overMs = (outages.at(-1)?.from ?? 0) - (outages[0]?.from ?? 0);
  const { firstMs } = config.stayOpen;
  const text = `${outages.length} opens in ${spoken(overMs)}; half of the times it opened again within ${spoken(closedMs)} of closing. Open time too short?`;
  return { id: 'flapping', text, ...longer(config, Math.max(cycleMs, 2 * firstMs)) };
}

function adviseProbes(config: Config, events: readonly EventRecord[], outages: readonly Outage[]): Advice[] {
  const failed = events.filter(({ from, to }) => from === 'half-open' && to === 'open').length;
  const passed = events.filter(({ from, to }) => from === 'half-open' && to === 'closed').length;
  const all = failed + passed;
  if (failed < FAILED_PHASES || failed / all < FAILED_RATIO) return [];
  const { firstMs } = config.stayOpen;
  const lastedMs = median(
    outages.flatMap(({ from, to }) => (to === undefined ? [] : [to - from])),
    'at least',
  );
  const lasted =
    lastedMs === undefined ? 'none closed it' : `half of its outages lasted ${spoken(lastedMs)} or more`;
  const text = `${failed} of ${all} times its probes failed: ${lasted}, and the first probe goes after ${duration(firstMs)}. Open time too short?`;
  const wantedMs = Math.max(2 * firstMs, (lastedMs ?? 0) / ATTEMPTS);
  return [{ id: 'probes', text, ...longer(config, wantedMs) }];
}

function longer({ stayOpen }: Config, wantedMs: number): Pick<Advice, 'tryThis'> {
  const firstMs = roundedUpMs(wantedMs);
  if (firstMs <= stayOpen.firstMs) return {};
  const maxMs = stayOpen.kind === 'fixed' ? firstMs : Math.max(stayOpen.maxMs, 2 * firstMs);
  const hintMaxMs = Math.max(stayOpen.hintMaxMs, maxMs);
  const changes: Changes = { stayOpen: { ...stayOpen, firstMs, maxMs, hintMaxMs } };
  return { tryThis: { words: `an open time of ${duration(firstMs)}`, changes } };
}

function spoken(ms: number): string {
  return ms < 60_000 ? duration(Math.max(1, ms)) : elapsed(ms);
}
