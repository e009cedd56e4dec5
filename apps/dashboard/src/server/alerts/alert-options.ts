import type { AlertWhen } from '@cb/protocol';

/** Which breakers a rule is about. Everything that is said must fit; left out, everything fits. */
export interface AlertMatch {
  /** Name of the service, exactly; `*` stands for any characters. Of several, one must fit. */
  service?: string | readonly string[];
  /** Name of the breaker, likewise. */
  name?: string | readonly string[];
  /** Tags that it must have, likewise: `{ region: 'eu-*' }`. */
  tags?: Readonly<Record<string, string | readonly string[]>>;
}

/** Where to say it. Comes only from whoever runs the server: no request can name an address. */
export interface WebhookOptions {
  /** http or https. Redirects are not followed. */
  url: string;
  /** Signs every request, 16 to 256 characters. Default: no signature. */
  secret?: string;
  /** `json` is `AlertPayload` of `@cb/protocol`; `slack` a text for an incoming webhook of Slack. Default `json`. */
  format?: 'json' | 'slack';
  /** More headers, at most 20: `authorization`, say. */
  headers?: Readonly<Record<string, string>>;
}

/** One alert: what to watch, and where to say it. */
export interface AlertOptions {
  /** 1 to 64 characters, unique. */
  name: string;
  /**
   * - `state`: it became one of `to`, and stayed so for `debounceMs`.
   * - `open-longer`: it is open for longer than `longerThanMs`.
   * - `flapping`: one instance opened `opens` times within `withinMs`.
   * - `no-data`: none of its instances was heard for `longerThanMs` after their heartbeats were missed.
   */
  when: AlertWhen;
  /** For `state`. `closed` is told anyway, as the end; alone it tells only ends. Default open and isolated. */
  to?: readonly ('open' | 'isolated' | 'half-open' | 'closed')[];
  /** For `open-longer`, where it is needed, and for `no-data`, by default `debounceMs`. 1 s to 7 days. */
  longerThanMs?: number;
  /** For `flapping`: 2 to 1,000. */
  opens?: number;
  /** For `flapping`: 1 s to one hour. */
  withinMs?: number;
  /** Default: all breakers. */
  match?: AlertMatch;
  /** How long something must hold before it is told; its end too. 0 to one hour, default 30 s. Not for `flapping`. */
  debounceMs?: number;
  /** Tells it again while it lasts. 1 minute to 7 days. Default: once. */
  repeatMs?: number;
  webhook: WebhookOptions;
}
