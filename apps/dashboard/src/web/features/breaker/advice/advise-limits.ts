import type { Series } from '@cb/protocol';
import type { Config, OpenRule } from '../../../lib/breaker-config.ts';
import { count, duration, latency, percent } from '../../../lib/format.ts';
import { type Advice, median, type Observed, roundedUpMs } from './observed.ts';

/** Steps with calls without which nothing is said. */
const ENOUGH_STEPS = 30;
/** The worst window stayed below this share of the limit: it did not matter. */
const FAR_RATIO = 0.5;
/** Less than this is no failure rate, but a stray. */
const STRAY_RATIO = 0.005;
/** The usual window is above this share of the limit: noise may open it. */
const NEAR_RATIO = 0.6;
const LONGEST_WINDOW_MS = 600_000;
/** A share of fewer calls is luck. */
const FEWEST_CALLS = 5;

export function adviseLimits({ config, events, series }: Observed): Advice[] {
  const opened = events.some(({ from, to }) => from === 'closed' && to === 'open');
  return config.openWhen.flatMap((rule): Advice[] => [
    ...adviseVolume(config, rule, series),
    ...(rule.kind === 'failure-ratio' ? adviseRatio(config, rule, series, opened) : []),
    ...(rule.kind === 'slow-ratio' ? adviseSlow(config, rule, series) : []),
  ]);
}

type FailureRule = Extract<OpenRule, { kind: 'failure-ratio' }>;
type SlowRule = Extract<OpenRule, { kind: 'slow-ratio' }>;

/** A minimum that no window reached. */
function adviseVolume(config: Config, rule: OpenRule, series: Series): Advice[] {
  const { window } = config;
  if (!('minimumCalls' in rule) || (window.kind !== 'last-ms' && window.kind !== 'tumbling')) return [];
  const most = busiest(series, window.ms);
  const spanMs = (series.t.at(-1) ?? 0) - (series.t[0] ?? 0);
  if (most === 0 || most >= rule.minimumCalls || spanMs < 3 * window.ms) return [];
  const text = `Its rule on ${WHAT[rule.kind]} asks for ${count(rule.minimumCalls)} calls within ${duration(window.ms)}; the busiest ${duration(window.ms)} of this range held ${count(most)}. It could not have opened.`;
  const id = `volume.${rule.kind}`;
  const wantedMs = (1.25 * window.ms * rule.minimumCalls) / most;
  if (wantedMs <= LONGEST_WINDOW_MS) {
    const ms = roundedUpMs(wantedMs);
    return [
      { id, text, tryThis: { words: `a window of ${duration(ms)}`, changes: { window: { ...window, ms } } } },
    ];
  }
  if (most < FEWEST_CALLS) return [{ id, text }];
  const openWhen = config.openWhen.map((each) => (each === rule ? { ...rule, minimumCalls: most } : each));
  return [{ id, text, tryThis: { words: `a minimum of ${count(most)} calls`, changes: { openWhen } } }];
}

const WHAT: Readonly<Record<string, string>> = {
  'failure-ratio': 'failures',
  'slow-ratio': 'slow calls',
  failures: 'failed calls',
};

/** Calls of the busiest window: with the steps at both of its ends, so that no window held more. */
function busiest({ t, stepMs, ok, fail }: Series, windowMs: number): number {
  let most = 0;
  let sum = 0;
  let first = 0;
  t.forEach((moment, i) => {
    sum += (ok[i] ?? 0) + (fail[i] ?? 0);
    while ((t[first] ?? moment) < moment - windowMs - stepMs) {
      sum -= (ok[first] ?? 0) + (fail[first] ?? 0);
      first++;
    }
    most = Math.max(most, sum);
  });
  return Math.ceil(most);
}

/** A limit that nothing came near, or that the usual window is near to. */
function adviseRatio(config: Config, rule: FailureRule, series: Series, opened: boolean): Advice[] {
  const shares = series.failureRatio.filter((share) => share !== null);
  if (shares.length < ENOUGH_STEPS) return [];
  const worst = Math.max(...shares);
  const usual = median(shares, 'at least') ?? 0;
  if (usual >= NEAR_RATIO * rule.ratio && usual < rule.ratio) {
    const text = `Half of the time its window held ${percent(usual)} failures or more; the limit is ${percent(rule.ratio)}. Ordinary noise may open it.`;
    return [{ id: 'near', text }];
  }
  if (opened || worst >= FAR_RATIO * rule.ratio || worst < STRAY_RATIO) return [];
  const ratio = Math.min(rule.ratio, Math.max(0.05, Math.ceil(worst * 2 * 20) / 20));
  const text = `Its failure limit of ${percent(rule.ratio)} did not matter in this range: the worst window held ${percent(worst)} failures.`;
  if (ratio >= rule.ratio) return [{ id: 'far', text }];
  const openWhen = config.openWhen.map((each) => (each === rule ? { ...rule, ratio } : each));
  return [{ id: 'far', text, tryThis: { words: `a limit of ${percent(ratio)}`, changes: { openWhen } } }];
}

/** What counts as slow is quicker than what is usual. */
function adviseSlow(config: Config, rule: SlowRule, series: Series): Advice[] {
  const p95 = series.p95.filter((ms) => ms !== null);
  const usual = median(p95, 'at least');
  if (usual === undefined || p95.length < ENOUGH_STEPS || usual <= rule.slowMs) return [];
  const slowMs = roundedUpMs(usual * 1.5);
  const openWhen = config.openWhen.map((each) => (each.kind === 'slow-ratio' ? { ...each, slowMs } : each));
  const text = `A call over ${duration(rule.slowMs)} counts as slow, and half of the time p95 was ${latency(usual)} or more: ordinary calls are taken for slow.`;
  return [{ id: 'slow', text, tryThis: { words: `slow over ${duration(slowMs)}`, changes: { openWhen } } }];
}
