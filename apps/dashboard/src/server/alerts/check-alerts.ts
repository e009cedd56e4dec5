import { checkKeys, show } from '@cb/core/kit';
import { type AlertWhen, LANE, type Lane } from '@cb/protocol';
import type { AlertOptions } from './alert-options.ts';
import type { AlertRule } from './alert-rule.ts';
import { breakerMatch } from './breaker-match.ts';
import { checkWebhook } from './check-webhook.ts';
import { durationWords } from './words.ts';

const MOST_RULES = 50;
const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;
const WHENS: readonly AlertWhen[] = ['state', 'open-longer', 'flapping', 'no-data'];
const CODES: Readonly<Record<string, Lane>> = {
  open: LANE.open,
  isolated: LANE.isolated,
  'half-open': LANE.halfOpen,
  closed: LANE.closed,
};
/** Options that only some rules have. */
const ONLY_FOR: Readonly<
  Record<'to' | 'longerThanMs' | 'opens' | 'withinMs' | 'debounceMs', readonly AlertWhen[]>
> = {
  to: ['state'],
  longerThanMs: ['open-longer', 'no-data'],
  opens: ['flapping'],
  withinMs: ['flapping'],
  debounceMs: ['state', 'open-longer', 'no-data'],
};
const KNOWN = ['name', 'when', 'match', 'repeatMs', 'webhook', ...Object.keys(ONLY_FOR)];
const SLIPS = {
  url: '"webhook": { "url": … }',
  secret: '"webhook": { "secret": … }',
  service: '"match"',
  tags: '"match"',
};

/**
 * Checks alerts as they were configured.
 *
 * @param called How the one who wrote them calls the option.
 * @throws TypeError, RangeError with one sentence, in which no address and no secret stands.
 */
export function checkAlerts(alerts: unknown, called: string): AlertRule[] {
  if (!Array.isArray(alerts)) throw new TypeError(`${called} must be a list of rules, got ${show(alerts)}`);
  if (alerts.length > MOST_RULES) {
    throw new RangeError(`${called} must hold at most ${MOST_RULES} rules, got ${alerts.length}`);
  }
  const names = new Set<string>();
  return (alerts as unknown[]).map((alert, at) => {
    const rule = checkRule(alert, `${called}, rule ${at + 1}`, called);
    if (names.has(rule.name)) throw new TypeError(`${called} has two rules named ${show(rule.name)}`);
    names.add(rule.name);
    return rule;
  });
}

function checkRule(given: unknown, numbered: string, called: string): AlertRule {
  checkKeys(`${numbered},`, given as object, KNOWN, SLIPS);
  const options = given as AlertOptions;
  const { name, when } = options;
  if (typeof name !== 'string' || !/^[^\p{C}]{1,64}$/u.test(name)) {
    throw new TypeError(`${numbered}: name must be a text of 1 to 64 characters, got ${show(name)}`);
  }
  const where = `${called}, rule ${show(name)}`;
  if (!WHENS.includes(when)) {
    throw new TypeError(`${where}: when must be one of ${WHENS.join(', ')}, got ${show(when)}`);
  }
  for (const [option, kinds] of Object.entries(ONLY_FOR)) {
    if (options[option as keyof typeof ONLY_FOR] !== undefined && !kinds.includes(when)) {
      throw new TypeError(`${where}: ${option} is for ${kinds.join(' and ')}, not for ${when}`);
    }
  }
  const match: unknown = options.match ?? {};
  checkKeys(`${where}, match,`, match as object, ['service', 'name', 'tags']);
  const { fits, words } = breakerMatch(match as NonNullable<AlertOptions['match']>, `${where}: match`);
  const webhook = checkWebhook(options.webhook, where);
  const repeatMs =
    options.repeatMs === undefined
      ? undefined
      : whole(options.repeatMs, `${where}: repeatMs`, 60_000, WEEK_MS);
  return { name, when, fits, of: words, webhook, repeatMs, ...checkWhen(options, where) };
}

type OfWhen = Pick<
  AlertRule,
  'troubles' | 'tellsBeginnings' | 'beginMs' | 'endMs' | 'opens' | 'withinMs' | 'watches'
>;

function checkWhen(options: AlertOptions, where: string): OfWhen {
  const debounceMs = whole(options.debounceMs ?? 30_000, `${where}: debounceMs`, 0, HOUR_MS);
  const longer = (usual?: number): number =>
    whole(options.longerThanMs ?? usual, `${where}: longerThanMs`, SECOND_MS, WEEK_MS);
  const plain = { tellsBeginnings: true, endMs: debounceMs, opens: 0, withinMs: 0 };
  switch (options.when) {
    case 'state': {
      const states = checkStates(options.to ?? ['open', 'isolated'], `${where}: to`);
      const troubles = states.filter((state) => state !== 'closed');
      const tellsBeginnings = troubles.length > 0;
      const codes = (tellsBeginnings ? troubles : ['open', 'isolated']).map((state) => CODES[state] as Lane);
      const what = tellsBeginnings ? troubles.join(' or ') : 'closed again';
      const held = debounceMs === 0 ? '' : ` for ${durationWords(debounceMs)}`;
      const watches = `${what}${held}`;
      return { ...plain, tellsBeginnings, beginMs: debounceMs, troubles: new Set(codes), watches };
    }
    case 'open-longer': {
      const beginMs = longer();
      const watches = `open for longer than ${durationWords(beginMs)}`;
      return { ...plain, beginMs, troubles: new Set([LANE.open]), watches };
    }
    case 'no-data': {
      const beginMs = longer(Math.max(SECOND_MS, debounceMs));
      const watches = `no data for ${durationWords(beginMs)}`;
      return { ...plain, beginMs, troubles: new Set([LANE.noData]), watches };
    }
    case 'flapping': {
      const opens = whole(options.opens, `${where}: opens`, 2, 1_000);
      const withinMs = whole(options.withinMs, `${where}: withinMs`, SECOND_MS, HOUR_MS);
      const watches = `${opens} openings within ${durationWords(withinMs)}`;
      return { ...plain, beginMs: 0, endMs: 0, opens, withinMs, troubles: new Set([LANE.open]), watches };
    }
  }
}

function checkStates(to: unknown, where: string): string[] {
  const known = Object.keys(CODES);
  if (Array.isArray(to) && to.length > 0 && to.every((state) => known.includes(state as string))) {
    return [...new Set(to as string[])];
  }
  const slip =
    Array.isArray(to) && to.includes('no-data') ? '; "no-data" is a rule of its own: "when": "no-data"' : '';
  throw new TypeError(`${where} must be a list of ${known.join(', ')}${slip}`);
}

function whole(value: unknown, where: string, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  const slip = typeof value === 'string' && where.endsWith('Ms') ? '; it is milliseconds, as a number' : '';
  const got = value === undefined ? 'nothing' : show(value);
  throw new RangeError(`${where} must be a whole number from ${least} to ${most}, got ${got}${slip}`);
}
