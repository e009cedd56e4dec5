import type { AuditLog } from './audit.ts';
import type { Fleet } from './fleet.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Refusals } from './refusals.ts';

/** What the parts of one server share. */
export interface ServerContext {
  readonly fleet: Fleet;
  readonly refusals: Refusals;
  /** For what has to be opened and closed with the server. */
  readonly lifecycle: Lifecycle;
  /** Who did what: every act of a person belongs here. */
  readonly audit: AuditLog;
  /** Epoch milliseconds: the axis of what is stored. */
  readonly now: () => number;
  /** Monotonic milliseconds: for rates and patience. */
  readonly monotonic: () => number;
  /** Whether a token is configured that lets somebody act. */
  readonly control: boolean;
  /** Whether alerts are configured. */
  readonly alerts: boolean;
  readonly log: (line: string) => void;
}
