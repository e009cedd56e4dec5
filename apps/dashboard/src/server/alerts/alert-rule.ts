import { type AlertState, type AlertWhen, LANE, type Lane } from '@cb/protocol';
import type { Matchable } from './breaker-match.ts';

/** Where a rule says what it has to say; every default filled in. */
export interface Webhook {
  readonly url: string;
  readonly secret: string | undefined;
  readonly format: 'json' | 'slack';
  readonly headers: Readonly<Record<string, string>>;
}

/** One alert as it was checked. */
export interface AlertRule {
  readonly name: string;
  readonly when: AlertWhen;
  /** Lane codes that are trouble to it. */
  readonly troubles: ReadonlySet<Lane>;
  /** False: only ends are told. */
  readonly tellsBeginnings: boolean;
  /** How long trouble, and its end, must hold before they are told. */
  readonly beginMs: number;
  readonly endMs: number;
  readonly repeatMs: number | undefined;
  /** For `flapping`. */
  readonly opens: number;
  readonly withinMs: number;
  readonly fits: (breaker: Matchable) => boolean;
  /** In words, for the page: what it watches, and of which breakers. */
  readonly watches: string;
  readonly of: string;
  readonly webhook: Webhook;
}

const STATES: Readonly<Record<Lane, AlertState>> = {
  [LANE.noData]: 'no-data',
  [LANE.closed]: 'closed',
  [LANE.halfOpen]: 'half-open',
  [LANE.isolated]: 'isolated',
  [LANE.open]: 'open',
};

export function stateOf(code: Lane): AlertState {
  return STATES[code];
}
