import {
  type AuditRecord,
  type ControlCommand,
  type ControlReply,
  type ControlRequest,
  type ControlResult,
  readControlRequest,
} from '@cb/protocol';
import { type Caller, denialOf, mayAct } from './access.ts';
import { type Target, targetsOf } from './control-targets.ts';
import type { NoAnswer } from './instance.ts';
import { json, type Reply, text } from './reply.ts';
import { type ApiRequest, BadRequest, type Route } from './routes.ts';
import type { ServerContext } from './server-context.ts';
import { TokenBucket } from './token-bucket.ts';

/** How long a service may take to answer. */
const ANSWER_MS = 5_000;
/** Requests of one token. */
const RATE = { burst: 5, perSecond: 1 };
const NO_ANSWER: Record<NoAnswer, string> = {
  lost: 'the connection was lost before an answer came; it may have been done',
  late: `no answer within ${ANSWER_MS / 1_000} seconds; it may have been done`,
};
/** Results that one audit record lists. */
const MOST_RESULTS = 100;

const OFF: Reply = text(
  403,
  'Control is off: this server was started without a control token and without an admin token.',
);

/** The hand on the switch: passes on what operators and administrators ask of breakers, and keeps who asked what. */
export class Control {
  readonly #context: ServerContext;
  /** By the mark of a token, of which there are as many as were configured. */
  readonly #rates: Map<string, TokenBucket> = new Map();

  constructor(context: ServerContext) {
    this.#context = context;
  }

  routes(): Route[] {
    const route = { method: 'POST', path: 'control' } as const;
    if (!this.#context.control) return [{ ...route, role: 'viewer', answer: () => OFF }];
    return [{ ...route, role: 'operator', answer: (request) => this.#answer(request) }];
  }

  async #answer({ body, caller }: ApiRequest): Promise<Reply> {
    if (!this.#inTime(caller)) {
      this.#context.refusals.count('rate');
      return { ...text(429, 'One request a second; wait.'), headers: { 'retry-after': '1' } };
    }
    const request = readControlRequest(body);
    if (typeof request === 'string') throw new BadRequest(request);
    const denied = refusalOf(request, caller);
    if (denied !== undefined) {
      this.#context.refusals.count('forbidden');
      this.#context.audit.deny(caller, { ...askedBy(request), note: denied });
      return text(403, denied);
    }
    const targets = targetsOf(this.#context.fleet, request);
    if (typeof targets === 'string') return text(409, targets);
    return json(await this.#pass(request, targets, caller));
  }

  #inTime({ id }: Caller): boolean {
    const at = this.#context.monotonic();
    const bucket = this.#rates.get(id) ?? new TokenBucket(RATE.burst, RATE.perSecond, at);
    this.#rates.set(id, bucket);
    return bucket.take(at);
  }

  async #pass(request: ControlRequest, targets: readonly Target[], caller: Caller): Promise<ControlReply> {
    const begun = this.#context.audit.begin();
    const { op, reason, forMs, config, by = caller.role } = request;
    const command = { command: begun.audit, op, by, reason, ...given({ forMs, config }) };
    const before = targets.map(({ lane }) => lane.overlay.version);
    const results = await Promise.all(
      targets.map((target) => ask(target, command, request.expect?.[target.lane.lane])),
    );
    this.#context.audit.add(
      caller,
      { action: 'control', ...askedBy(request), ...summaryOf(results, before) },
      begun,
    );
    return { audit: begun.audit, results };
  }
}

/** What is more than the caller may do, in words. */
function refusalOf({ op, rows }: ControlRequest, caller: Caller): string | undefined {
  if (mayAct(caller.role, 'admin')) return undefined;
  if (op === 'configure') return denialOf('To change settings', 'admin', caller);
  return rows.length > 1 ? denialOf('To act on more than one breaker at once', 'admin', caller) : undefined;
}

/** Asks one service; answers what became of it, whatever it does. */
async function ask(
  { lane, id }: Target,
  command: Omit<ControlCommand, 'id'>,
  expect: number | undefined,
): Promise<ControlResult> {
  const { instance, row } = lane;
  const result = { lane: lane.lane, service: row.service, name: row.name, instance: instance.name };
  const no = (error: ControlResult['error'], message: string): ControlResult => ({
    ...result,
    ok: false,
    ...given({ error }),
    message,
  });
  const { owner, control } = instance;
  if (owner?.command === undefined || id === undefined) {
    return no('unreachable', 'the instance is not connected; nothing was done');
  }
  if (!control) return no('unsupported', 'the service takes no commands: it runs without allowRemoteControl');
  const answer = await owner.command({ ...command, id, ...given({ expect }) }, ANSWER_MS);
  if (typeof answer === 'string') return no('timeout', NO_ANSWER[answer]);
  return { ...result, ...answer };
}

function askedBy(request: ControlRequest): Pick<AuditRecord, 'by' | 'op' | 'reason' | 'forMs' | 'config'> {
  const { by, op, reason, forMs, config } = request;
  return { ...given({ by }), op, reason, ...given({ forMs, config }) };
}

/** What failed first, since it is what somebody will look for. */
function summaryOf(
  results: readonly ControlResult[],
  before: readonly (number | undefined)[],
): Pick<AuditRecord, 'results' | 'note'> {
  const all = results.map(({ lane: _lane, ...result }, i) => ({
    ...result,
    ...given({ versionBefore: before[i] }),
  }));
  all.sort((a, b) => Number(a.ok) - Number(b.ok));
  const done = results.filter(({ ok }) => ok).length;
  if (all.length <= MOST_RESULTS) return { results: all };
  const note = `${all.length} instances, done on ${done}; ${MOST_RESULTS} are listed`;
  return { results: all.slice(0, MOST_RESULTS), note };
}

/** Only what is there. */
function given<T extends object>(parts: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const present = Object.entries(parts).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
