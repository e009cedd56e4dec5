/**
 * Alerts: what the server sends to a webhook of the operator, version 1, and what it tells a page about them. A receiver
 * ignores fields it does not know.
 */
import type { TopError, Why } from './wire.ts';

/** What a rule watches for. `docs/alerts.md` has the rules. */
export type AlertWhen = 'state' | 'open-longer' | 'flapping' | 'no-data';

/** What a breaker shows, over all its instances. `gone`: it is no longer reported. */
export type AlertState = 'closed' | 'half-open' | 'isolated' | 'open' | 'no-data' | 'gone';

/** Body of a request to a webhook, header `x-cb-signature` says that it is ours. */
export interface AlertPayload {
  v: 1;
  /** The same for every attempt of one request, also in the header `idempotency-key`. */
  id: string;
  /** When it was put together, epoch milliseconds; each attempt has its own moment in the signature. */
  at: number;
  /** Where the dashboard is, if it was told. */
  dashboard?: string;
  /** 1 to 50, in the order in which they happened. */
  notices: AlertNotice[];
  /** Notices since the last delivery that nobody will get: no room, or all attempts failed. */
  missed: number;
  /** Present for a test that somebody asked for. */
  test?: true;
}

/** One thing about one breaker of one service, over all its instances. */
export interface AlertNotice {
  /** Unique. A notice that comes twice has the same. */
  id: string;
  /** The same for everything that one rule says about one breaker: for receivers that keep incidents. */
  key: string;
  rule: string;
  when: AlertWhen;
  status: 'firing' | 'resolved';
  /** 0 when it began; counts how often it was told again while it lasts. */
  repeat: number;
  /** One sentence. */
  summary: string;
  service: string;
  breaker: string;
  tags: Record<string, string>;
  from: AlertState;
  to: AlertState;
  /** When `to` began, epoch milliseconds. For `resolved`, when the trouble was over. */
  since: number;
  /** How long the trouble lasted, where it is over. */
  lastedMs?: number;
  /** What moved the breaker: in words, and as it was measured. */
  why?: { words: string; data: Why };
  errors?: Pick<TopError, 'name' | 'code' | 'count'>[];
  /** For `flapping`: openings of the instance that opened most, within so long. */
  opens?: { count: number; withinMs: number };
  instances: {
    open: number;
    total: number;
    /** At most 20, worst first. */
    list: { instance: string; state: AlertState }[];
  };
  /** The breaker's page, where the dashboard knows its own address. */
  link?: string;
}

/** How one request went. Neither holds the address, a header or what was answered. */
export interface AlertDelivery {
  at: number;
  ok: boolean;
  /** HTTP status of the last attempt, where there was an answer. */
  status?: number;
  /** Why not, in a few words. */
  problem?: string;
  attempts: number;
  notices: number;
  tookMs: number;
}

/** A rule as a page shows it: nothing secret. */
export interface AlertStatus {
  name: string;
  when: AlertWhen;
  /** In words: "open or isolated for 30 s". */
  watches: string;
  /** In words: which breakers. */
  of: string;
  /** Breakers that it fires for: at most 50 of them, and how many. */
  firing: { service: string; name: string; state: AlertState; since: number }[];
  firingCount: number;
  webhook: {
    /** Host name of the address, nothing else of it. */
    host: string;
    format: 'json' | 'slack';
    signed: boolean;
    /** State of our own breaker around it. */
    circuit: 'closed' | 'open' | 'half-open';
    /** The request under way, where an attempt of it has failed. */
    trying?: { since: number; attempts: number; problem: string };
  };
  /** Notices: made, delivered, given up after all attempts, dropped for want of room, waiting. */
  counts: { made: number; delivered: number; failed: number; dropped: number; waiting: number };
  last?: AlertDelivery;
}
/** GET /api/v1/alerts, for viewers. */
export interface AlertList {
  now: number;
  alerts: AlertStatus[];
}

/** POST /api/v1/alerts/test `{ name }`, for administrators: one attempt, now. */
export interface AlertTestResult {
  ok: boolean;
  status?: number;
  problem?: string;
  /** The first words of the answer, scrubbed: why the other side does not like it. */
  answer?: string;
  tookMs: number;
}
