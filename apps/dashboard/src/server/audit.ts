import type { AuditRecord } from '@cb/protocol';
import type { Caller } from './access.ts';
import { AuditRing } from './audit-ring.ts';
import type { Reply } from './reply.ts';
import { integer, moment, type Route } from './routes.ts';
import { TokenBucket } from './token-bucket.ts';

/** Where records go beside memory: the standard output, or a store that outlives this process. */
export interface AuditSink {
  /** Called once for each record, when it is complete. One that throws changes nothing. */
  write(record: AuditRecord): void;
}

/** What somebody did, beside who it was and when. */
export type AuditedAct = Omit<AuditRecord, 'audit' | 't' | 'token' | 'role' | 'address'>;

const MOST_ACTS = 10_000;
const MOST_ACT_CHARS = 16 * 2 ** 20;
/** What was denied is kept by itself: whoever may do nothing can push nothing out. */
const MOST_DENIED = 1_000;
const MOST_DENIED_CHARS = 2 ** 20;
const DENIED = { burst: 20, perSecond: 0.2 };
const MOST_READ = 500;

export interface AuditOptions {
  /** Epoch milliseconds. */
  now: () => number;
  /** Monotonic milliseconds. */
  monotonic: () => number;
  sinks: readonly AuditSink[];
}

/** Who did what, when, and what became of it. Records are only ever added. */
export class AuditLog {
  readonly #options: AuditOptions;
  readonly #acts: AuditRing = new AuditRing(MOST_ACTS, MOST_ACT_CHARS);
  readonly #denied: AuditRing = new AuditRing(MOST_DENIED, MOST_DENIED_CHARS);
  readonly #deniedRate: TokenBucket;
  /** Denials since the last one that was kept. */
  #unkept = 0;
  #newest = 0;

  constructor(options: AuditOptions) {
    this.#options = options;
    this.#deniedRate = new TokenBucket(DENIED.burst, DENIED.perSecond, options.monotonic());
  }

  /** The number of an act that begins now. */
  begin(): { readonly audit: number; readonly t: number } {
    return { audit: ++this.#newest, t: this.#options.now() };
  }

  /** Keeps what somebody did. */
  add(
    caller: Caller,
    act: AuditedAct,
    begun: { readonly audit: number; readonly t: number } = this.begin(),
  ): void {
    const record: AuditRecord = Object.freeze({ ...begun, ...whoOf(caller), ...act });
    this.#keep(record);
    for (const sink of this.#options.sinks) {
      try {
        sink.write(record);
      } catch {
        // The act is done, and in memory.
      }
    }
  }

  /** Keeps a record of an earlier life of the server; numbers go on behind it. */
  restore(record: AuditRecord): void {
    this.#newest = Math.max(this.#newest, record.audit);
    this.#keep(record);
  }

  #keep(record: AuditRecord): void {
    const ring = record.action === 'denied' ? this.#denied : this.#acts;
    ring.add({ audit: record.audit, t: record.t, line: JSON.stringify(record) });
  }

  /** Keeps what somebody may not do: so many at once, then one in five seconds with the number of those before it. */
  deny(caller: Caller, act: Omit<AuditedAct, 'action'> & { note: string }): void {
    if (!this.#deniedRate.take(this.#options.monotonic())) {
      this.#unkept++;
      return;
    }
    const more = this.#unkept === 0 ? '' : `; ${this.#unkept} more were denied since the record before`;
    this.#unkept = 0;
    this.add(caller, { action: 'denied', ...act, note: act.note + more });
  }

  routes(): Route[] {
    return [{ method: 'GET', path: 'audit', role: 'operator', answer: ({ query }) => this.#read(query) }];
  }

  /** Newest first. Without a range all that is held. */
  #read(query: URLSearchParams): Reply {
    const from = query.has('from') ? moment(query.get('from'), 'from') : 0;
    const to = query.has('to') ? moment(query.get('to'), 'to') : Number.MAX_SAFE_INTEGER;
    const limit = Math.min(MOST_READ, query.has('limit') ? integer(query.get('limit'), 'limit') : 100);
    const found = [...this.#acts.between(from, to), ...this.#denied.between(from, to)];
    found.sort((a, b) => b.audit - a.audit);
    const records = found.slice(0, limit).map(({ line }) => line);
    const body = `{"records":[${records.join(',')}],"more":${found.length > limit}}`;
    return { status: 200, body, type: 'application/json; charset=utf-8' };
  }
}

function whoOf({ id, role, address }: Caller): Pick<AuditRecord, 'token' | 'role' | 'address'> {
  return { token: id, role, address };
}
