import type { BreakerOptions, Group } from '@cb/core';
import type { ManualClock } from './manual-clock.ts';

/** What one call asks for. A harness passes on what its host has a word for. */
export interface CallOptions {
  readonly method?: string;
  /** A text, or bytes that are pulled one by one: the suite looks whether anybody pulled. */
  readonly body?: string | AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal;
  /** Real milliseconds, by the host's own timeout option. */
  readonly timeoutMs?: number;
  /** Return as soon as the headers are there and leave the body unread (`body: ''` in the result). */
  readonly leaveBody?: true;
}

/** What a call came back with, read to its end unless `leaveBody` was asked for. */
export interface CallResult {
  readonly status: number;
  readonly body: string;
}

/** What `make` is asked for. */
export interface MakeOptions {
  /** The configuration of every breaker in the group, clock included. Only the name is the harness's to add: the key. */
  readonly breaker: Omit<BreakerOptions, 'name' | 'classify'>;
  /** The clock in `breaker`, for a harness that has timers of its own. */
  readonly clock: ManualClock;
  /** The adapter's key option, where given. */
  readonly key?: () => string;
  /** The adapter's classifier option, where given. */
  readonly classify?: () => 'success' | 'failure' | 'ignored';
  /** Where the adapter reports what user callbacks throw. */
  readonly onError: (error: unknown) => void;
  /** Settle when the body has ended instead of when the headers have come. */
  readonly watchBody?: true;
  /** How often the host's own retry tries again. */
  readonly retries?: number;
  /** Install the adapter twice on the same client, with the same group. */
  readonly installTwice?: true;
  /** Let the host keep good answers and give them again without asking the server. */
  readonly cache?: true;
}

/** A client with the adapter on it. */
export interface GuardedClient {
  /**
   * Makes one call through the host. Resolves or rejects as the host does; a host that rejects on 500 may.
   * What it rejects with must be the host's or the adapter's own error, as it came.
   */
  call(url: string, options?: CallOptions): Promise<CallResult>;
  /** The adapter's breakers. */
  readonly group: Group;
  /** Takes the adapter off; later calls are not guarded. */
  uninstall?(): void;
  /** Runs at the end of each case. */
  dispose?(): void | Promise<void>;
}

/** A call that the caller got wrong, so that it says nothing about the upstream. */
export interface CallerBug extends Omit<CallOptions, 'signal' | 'leaveBody'> {
  /** Absolute; a path (starts with `/`) is put behind the server's address. */
  readonly url: string;
}

/** What an adapter can and cannot do. */
export interface AdapterCaps {
  /**
   * Cases that this adapter cannot pass, each with the reason in words, which becomes part of the test's title.
   *
   * @example { 'own-timeout': 'fetch has no timeout of its own' }
   */
  readonly cannot?: Partial<Record<CaseId, string>>;
  /**
   * Cases about something that most hosts do not have, and this one has.
   *
   * @example ['cached-answer']
   * @default none
   */
  readonly can?: readonly OptionalCaseId[];
  /** Calls which the host refuses without sending. @default an address that does not parse */
  readonly callerBugs?: readonly CallerBug[];
}

/** What `describeAdapter` needs to know of an adapter. */
export interface AdapterUnderTest {
  /** Puts the adapter on a fresh client. */
  make(options: MakeOptions): GuardedClient | Promise<GuardedClient>;
  /** The same call by the bare host, to compare with. */
  raw(url: string, options?: CallOptions): Promise<CallResult>;
  readonly caps?: AdapterCaps;
}

/** The cases that run only where `caps.can` names them. */
export type OptionalCaseId = 'cached-answer';

/** The names of the cases, for `caps.cannot`. */
export type CaseId =
  | 'ok-is-success'
  | 'server-error-is-failure'
  | 'not-found-is-no-failure'
  | 'retry-after-seconds'
  | 'retry-after-date'
  | 'retry-after-capped'
  | 'refused'
  | 'reset'
  | 'unresolvable'
  | 'garbage'
  | 'tls-untrusted'
  | 'tls-handshake-cut'
  | 'own-timeout'
  | 'caller-abort'
  | 'abort-reason'
  | 'timeout-signal'
  | 'aborted-before'
  | 'long-signal'
  | 'open-sends-nothing'
  | 'open-error'
  | 'two-copies'
  | 'probe-limit'
  | 'aborted-probe'
  | 'failed-probe'
  | 'redirects-once'
  | 'redirect-elsewhere'
  | 'caller-bug'
  | 'upload-error'
  | 'same-error'
  | 'storm'
  | 'keys-isolate'
  | 'many-keys'
  | 'throwing-classifier'
  | 'throwing-key'
  | 'throwing-listener'
  | 'late-result'
  | 'open-leaves-body'
  | 'post-body'
  | 'dying-body'
  | 'unread-body'
  | 'streaming-body'
  | 'install-twice'
  | 'uninstall'
  | 'client-retry'
  | 'cached-answer'
  | 'no-timers-left'
  | 'many-refusals';
