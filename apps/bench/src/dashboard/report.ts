import { wrapped } from '../report/limits.ts';
import { type Circumstances, describe } from '../report/machine.ts';
import type { DeadFigures } from './measure-dead.ts';
import type { FreezeFigures } from './measure-freeze.ts';
import type { LoadFigures } from './measure-load.ts';

/** Everything a run measured; what the JSON file holds. */
export interface DashboardFigures {
  readonly about: Circumstances;
  /** Medians over the rounds. */
  readonly naive: LoadFigures;
  readonly ours: LoadFigures;
  readonly many: LoadFigures;
  readonly naiveFrozen: FreezeFigures;
  readonly frozen: FreezeFigures;
  readonly dead: DeadFigures;
}

interface Verdict {
  readonly says: string;
  readonly limit: string;
  readonly text: string;
  readonly reached: boolean;
}

export function verdicts({ naive, ours, many, frozen, dead }: DashboardFigures): Verdict[] {
  const ratio = naive.usPerEvent / ours.usPerEvent;
  const grew = frozen.grewMb - Math.max(0, frozen.grewBeforeMb);
  return [
    {
      says: 'CPU of the naive server : CPU of ours, per event, at 10,000 events/s',
      limit: 'at least 10 : 1',
      text: `${ratio.toFixed(1)} : 1`,
      reached: ratio >= 10,
    },
    {
      says: 'CPU at 100,000 events/s',
      limit: 'below 15 % of a core',
      text: `${many.cpuPercent.toFixed(1)} %`,
      reached: many.cpuPercent < 15 && many.eventsPerSecond > 95_000,
    },
    {
      says: 'memory while a browser is frozen',
      limit: 'at most 4 MB more',
      text: `${grew.toFixed(1)} MB`,
      reached: grew <= 4,
    },
    {
      says: 'the newest state after the thaw',
      limit: 'within 5 s',
      text: `${Math.round(frozen.caughtUpMs)} ms`,
      reached: frozen.caughtUpMs <= 5_000,
    },
    {
      says: 'heap of a service whose dashboard is gone',
      limit: 'at most 2 MB more',
      text: `${dead.grewMb.toFixed(1)} MB`,
      reached: dead.grewMb <= 2,
    },
  ];
}

export const NOT_SHOWN: string =
  'What it does not show: real networks, TLS and proxies; what the browser does with what it gets; more than ten browsers; reads ' +
  'of history over HTTP, of which every page that is opened makes a few; disks. Services and browsers are thin programs on the same ' +
  'two cores, so latencies hold their delays too.';

export function loadTable({ naive, ours, many }: DashboardFigures): string {
  const columns: [string, LoadFigures][] = [
    ['naive', naive],
    ['ours', ours],
    ['ours, ten times as much', many],
  ];
  const line = (what: string, of: (figures: LoadFigures) => string): string =>
    `| ${what} | ${columns.map(([, figures]) => of(figures)).join(' | ')} |`;
  const count = (value: number): string => Math.round(value).toLocaleString('en');
  const pair = (p50: number, p99: number): string => `${count(p50)} / ${count(p99)}`;
  return [
    `| | ${columns.map(([name]) => name).join(' | ')} |`,
    `|---|${columns.map(() => '---:|').join('')}`,
    line('events/s that came in', ({ eventsPerSecond }) => count(eventsPerSecond)),
    line('state changes/s', ({ changesPerSecond }) => count(changesPerSecond)),
    line('CPU of the server, % of a core', (figures) => figures.cpuPercent.toFixed(1)),
    line('µs an event', ({ usPerEvent }) => usPerEvent.toFixed(2)),
    line('RSS, MB', ({ rssMb }) => count(rssMb)),
    line('kB/s to each browser', ({ kbPerBrowser }) => kbPerBrowser.toFixed(1)),
    line('state change to browser, ms, p50 / p99', (f) => pair(f.changeP50Ms, f.changeP99Ms)),
    line('counter to browser, ms, p50 / p99', (f) => pair(f.counterP50Ms, f.counterP99Ms)),
  ].join('\n');
}

export function sentences({ naiveFrozen, frozen, dead }: DashboardFigures): string[] {
  const mb = (value: number): string => `${value.toFixed(1)} MB`;
  return [
    `A browser that reads nothing for ${frozen.frozenMs / 1_000} s: heap and buffers of ours grew by ${mb(frozen.grewMb)} ` +
      `(in as long a time before, ${mb(frozen.grewBeforeMb)}), those of the naive server by ${mb(naiveFrozen.grewMb)} ` +
      `(${mb(naiveFrozen.grewBeforeMb)}). The state change made meanwhile arrived ${Math.round(frozen.caughtUpMs)} ms after the thaw` +
      `${frozen.resyncs > 0 ? ', with the directory, since too much had been missed for deltas' : ''}.`,
    `A dashboard that is gone: ${dead.events.toLocaleString('en')} state changes cost the service ${dead.usPerChange.toFixed(2)} µs ` +
      `each beyond what they cost without a reporter, as many counted calls ${dead.usPerCall.toFixed(2)} µs each; its heap grew by ` +
      `${mb(dead.grewMb)}. ${dead.queued.toLocaleString('en')} changes wait, ${dead.lost.toLocaleString('en')} were given up.`,
  ];
}

export function goalLines(figures: DashboardFigures): string {
  return verdicts(figures)
    .map(
      ({ says, limit, text, reached }) =>
        `| ${says} | ${limit} | ${text}${reached ? '' : ' (**not reached**)'} |`,
    )
    .join('\n');
}

/** What the terminal shows. */
export function textReport(figures: DashboardFigures): string {
  return [
    wrapped(`${describe(figures.about)} CPU of the server's process only.`),
    loadTable(figures),
    ...sentences(figures).map(wrapped),
    `| goal | | measured |\n|---|---|---:|\n${goalLines(figures)}`,
    wrapped(NOT_SHOWN),
    '',
  ].join('\n\n');
}
