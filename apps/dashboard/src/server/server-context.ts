import type { AuditRecord } from '@cb/protocol';
import type { Caller } from './access.ts';
import type { Fleet } from './fleet.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Refusals } from './refusals.ts';

/** Hears what people did. */
export type AuditSink = (caller: Caller, act: Pick<AuditRecord, 'action' | 'note'>) => void;

/** What the parts of one server share. */
export interface ServerContext {
  readonly fleet: Fleet;
  readonly refusals: Refusals;
  /** For what has to be opened and closed with the server. */
  readonly lifecycle: Lifecycle;
  /** Epoch milliseconds: the axis of what is stored. */
  readonly now: () => number;
  /** Monotonic milliseconds: for rates and patience. */
  readonly monotonic: () => number;
  /** Whether alerts are configured. */
  readonly alerts: boolean;
  readonly audit: AuditSink;
  readonly log: (line: string) => void;
}
