import { isRecord, scalar, words } from '../../lib/config-words.ts';
import { count, duration, percent } from '../../lib/format.ts';

type Config = Readonly<Record<string, unknown>>;
/** Says a setting of the right type in words; an empty text where there is nothing to say. */
type Say = (value: unknown, config: Config) => string | undefined;

const ms = (say: (text: string) => string): Say => {
  return (value) => (typeof value === 'number' ? say(duration(value)) : undefined);
};
const number = (say: (n: number, config: Config) => string): Say => {
  return (value, config) => (typeof value === 'number' ? say(value, config) : undefined);
};

const SETTINGS: ReadonlyMap<string, Readonly<Record<string, Say>>> = new Map<string, Record<string, Say>>([
  [
    'retry',
    {
      attempts: number((n) => `${count(n)} attempts`),
      backoff: (value) => backoffWords(value),
      maxDelayMs: (value, { maxTotalMs }) =>
        value === maxTotalMs ? '' : ms((text) => `no pause above ${text}`)(value, {}),
      maxTotalMs: ms((text) => `${text} in all`),
      retryNonIdempotent: (value) => (value === true ? 'also what may not run twice' : ''),
      budget: (value) => (typeof value === 'string' ? budgetWords(value) : undefined),
    },
  ],
  ['timeout', { timeoutMs: ms((text) => text) }],
  [
    'bulkhead',
    {
      concurrent: number(
        (n, { adaptive }) => `${count(n)} at once${adaptive === undefined ? '' : ' at first'}`,
      ),
      queue: number((n) => (n === 0 ? 'no queue' : `queue of ${count(n)}`)),
      queueTimeoutMs: ms((text) => `waits up to ${text}`),
      adaptive: (value) => adaptiveWords(value),
    },
  ],
  [
    'rate-limit',
    {
      limit: (value, { perMs }) =>
        typeof value === 'number' && typeof perMs === 'number'
          ? `${count(value)} per ${perMs === 1_000 ? 'second' : duration(perMs)}`
          : undefined,
      perMs: () => '',
      burst: number((n, { limit }) => (n === limit ? '' : `bursts of ${count(n)}`)),
      waitMs: (value) => (value === 0 ? 'no waiting' : ms((text) => `waits up to ${text}`)(value, {})),
      maxKeys: number((n) => `at most ${count(n)} keys`),
    },
  ],
  [
    'fallback',
    {
      replacements: (value) =>
        Array.isArray(value) ? value.map((each) => replacementWords(each)).join(', then ') : undefined,
    },
  ],
  [
    'hedge',
    {
      afterMs: ms((text) => `after ${text}`),
      afterPercentile: number((n) => `after the p${n <= 1 ? Math.round(n * 1_000) / 10 : n}`),
      minimumCalls: number((n) => `from ${count(n)} calls on`),
      attempts: number((n) => `${count(n)} attempts`),
      hedgeNonIdempotent: (value) => (value === true ? 'also what may not run twice' : ''),
    },
  ],
]);

/** The settings in words. What this page does not know stands with its name, so that a newer option shows by itself. */
export function settingsWords(kind: string, config: unknown): string[] {
  if (!isRecord(config)) return [];
  const known = SETTINGS.get(kind) ?? {};
  return Object.entries(config)
    .map(([key, value]) => {
      const said = Object.hasOwn(known, key) ? known[key]?.(value, config) : undefined;
      return said ?? `${words(key).toLowerCase()} ${scalar(value, key)}`;
    })
    .filter((text) => text !== '');
}

/** Its name, where it was given one. */
function budgetWords(name: string): string {
  return name === 'retry-budget' ? 'within a budget' : `within budget ${name}`;
}

function backoffWords(value: unknown): string | undefined {
  if (!isRecord(value)) return undefined;
  const { kind, ms: pauseMs, firstMs, factor, stepMs, maxMs, jitter } = value;
  if (typeof pauseMs === 'number') return pauseMs === 0 ? 'no pause' : `pauses of ${duration(pauseMs)}`;
  if (typeof firstMs !== 'number') return undefined;
  const grows =
    factor === 2
      ? ' doubling'
      : typeof factor === 'number'
        ? ` × ${factor}`
        : typeof stepMs === 'number'
          ? ` + ${duration(stepMs)}`
          : '';
  const most = typeof maxMs === 'number' ? ` to ${duration(maxMs)}` : '';
  const drawn =
    kind === 'decorrelated-jitter' || (jitter !== undefined && jitter !== 'none') ? ', jittered' : '';
  return `pauses from ${duration(firstMs)}${grows}${most}${drawn}`;
}

function adaptiveWords(value: unknown): string | undefined {
  if (!isRecord(value)) return undefined;
  const { minimum, maximum, latencyMs, backoffRatio } = value;
  const range = typeof minimum === 'number' && typeof maximum === 'number' ? ` ${minimum} to ${maximum}` : '';
  const slow = typeof latencyMs === 'number' ? `, slow above ${duration(latencyMs)}` : '';
  const back = typeof backoffRatio === 'number' ? `, then to ${percent(backoffRatio)}` : '';
  return `adapts${range}${slow}${back}`;
}

function replacementWords(value: unknown): string {
  if (!isRecord(value)) return scalar(value, '');
  const { kind, label, deadlineMs } = value;
  const name = typeof label === 'string' && label !== kind ? ` ${label}` : '';
  const within = typeof deadlineMs === 'number' ? ` within ${duration(deadlineMs)}` : '';
  return `${scalar(kind, 'kind')}${name}${within}`;
}
