// undici tells a handler what becomes of its request: by one set of methods in version 6, by another in 7 and 8. A watched
// handler passes every one of them on, each by name: a prototype chain would break handlers that have private fields.
import type { Group } from '@cb/core';
import type { UndiciResponse } from './options.ts';
import { responseOf } from './response.ts';

/** Hears how a request ends, before the handler does. */
export interface Watcher {
  /** The final status and headers are there. `visited`: the addresses that redirects led through, this one the last. */
  onResponse(response: UndiciResponse, visited: readonly URL[] | undefined): void;
  /** Nothing follows any more. */
  onEnd(): void;
  /** `abort`: somebody on this side gave up, and why. */
  onError(error: unknown, abort: { readonly reason?: unknown } | undefined): void;
}

interface Controller {
  readonly aborted: boolean;
  readonly reason: unknown;
}
interface Context {
  readonly history?: readonly URL[];
}
type Abort = (reason?: unknown) => unknown;

/** What undici 7 and 8 call. */
interface ControllerHandler {
  onRequestStart?(controller: Controller, context?: Context): unknown;
  onRequestUpgrade?(controller: Controller, status: number, headers: unknown, socket: unknown): unknown;
  onResponseStarted?(): unknown;
  onResponseStart?(controller: Controller, status: number, headers: unknown, message: unknown): unknown;
  onResponseData?(controller: Controller, chunk: unknown): unknown;
  onResponseEnd?(controller: Controller, trailers: unknown): unknown;
  onResponseError(controller: Controller | null, error: unknown): unknown;
  onBodySent?(...sent: unknown[]): unknown;
  onRequestSent?(): unknown;
}

/** What undici 6 calls. */
interface CallbackHandler {
  onConnect?(abort: Abort, context?: Context): unknown;
  onUpgrade?(status: number, headers: unknown, socket: unknown): unknown;
  onResponseStarted?(): unknown;
  onHeaders?(status: number, headers: unknown, resume: unknown, message: unknown): unknown;
  onData?(chunk: unknown): unknown;
  onComplete?(trailers: unknown): unknown;
  onError(error: unknown): unknown;
  onBodySent?(...sent: unknown[]): unknown;
  onRequestSent?(): unknown;
}

/** Any handler of undici's. */
export type Handler = ControllerHandler | CallbackHandler;

function hasController(handler: Handler): handler is ControllerHandler {
  const own = handler as ControllerHandler;
  return typeof own.onRequestStart === 'function' || typeof own.onResponseStart === 'function';
}

/** The handler in a wrapper that tells the watcher first. `group` is whose call it is. */
export function watched(handler: Handler, group: Group, watcher: Watcher): Handler {
  const groups = handler instanceof Watched ? [...handler.groups, group] : [group];
  return hasController(handler)
    ? new WatchedControllerHandler(groups, handler, watcher)
    : new WatchedCallbackHandler(groups, handler, watcher);
}

/** Whether the request counts for this group already, further out. */
export function isWatchedFor(handler: Handler, group: Group): boolean {
  return handler instanceof Watched && handler.groups.includes(group);
}

/** Tells a handler that its request was not sent; later, as undici does. */
export function refuse(handler: Handler, error: Error): void {
  queueMicrotask(() => {
    if (hasController(handler)) handler.onResponseError(null, error);
    else handler.onError(error);
  });
}

abstract class Watched {
  readonly groups: readonly Group[];
  protected readonly watcher: Watcher;
  protected visited: readonly URL[] | undefined;

  constructor(groups: readonly Group[], watcher: Watcher) {
    this.groups = groups;
    this.watcher = watcher;
  }

  /** A status of 1xx is no answer yet, unless the connection goes over to another protocol. */
  protected tell(status: number, headers: unknown): void {
    this.watcher.onResponse(responseOf(status, headers), this.visited);
  }
}

class WatchedControllerHandler extends Watched implements ControllerHandler {
  readonly #handler: ControllerHandler;

  constructor(groups: readonly Group[], handler: ControllerHandler, watcher: Watcher) {
    super(groups, watcher);
    this.#handler = handler;
  }
  onRequestStart(controller: Controller, context?: Context): unknown {
    this.visited = context?.history;
    return this.#handler.onRequestStart?.(controller, context);
  }
  onRequestUpgrade(controller: Controller, status: number, headers: unknown, socket: unknown): unknown {
    this.tell(status, headers);
    this.watcher.onEnd();
    return this.#handler.onRequestUpgrade?.(controller, status, headers, socket);
  }
  onResponseStarted(): unknown {
    return this.#handler.onResponseStarted?.();
  }
  onResponseStart(controller: Controller, status: number, headers: unknown, message: unknown): unknown {
    if (status >= 200) this.tell(status, headers);
    return this.#handler.onResponseStart?.(controller, status, headers, message);
  }
  onResponseData(controller: Controller, chunk: unknown): unknown {
    return this.#handler.onResponseData?.(controller, chunk);
  }
  onResponseEnd(controller: Controller, trailers: unknown): unknown {
    this.watcher.onEnd();
    return this.#handler.onResponseEnd?.(controller, trailers);
  }
  onResponseError(controller: Controller | null, error: unknown): unknown {
    this.watcher.onError(error, controller?.aborted ? controller : undefined);
    return this.#handler.onResponseError(controller, error);
  }
  onBodySent(...sent: unknown[]): unknown {
    return this.#handler.onBodySent?.(...sent);
  }
  onRequestSent(): unknown {
    return this.#handler.onRequestSent?.();
  }
}

class WatchedCallbackHandler extends Watched implements CallbackHandler {
  readonly #handler: CallbackHandler;
  #abort: { readonly reason: unknown } | undefined;

  constructor(groups: readonly Group[], handler: CallbackHandler, watcher: Watcher) {
    super(groups, watcher);
    this.#handler = handler;
  }
  onConnect(abort: Abort, context?: Context): unknown {
    this.visited = context?.history;
    // The only trace of an abort by `fetch`, which shows its signal to nobody.
    const noted: Abort = (reason) => {
      this.#abort ??= { reason };
      return abort(reason);
    };
    return this.#handler.onConnect?.(noted, context);
  }
  onUpgrade(status: number, headers: unknown, socket: unknown): unknown {
    this.tell(status, headers);
    this.watcher.onEnd();
    return this.#handler.onUpgrade?.(status, headers, socket);
  }
  onResponseStarted(): unknown {
    return this.#handler.onResponseStarted?.();
  }
  onHeaders(status: number, headers: unknown, resume: unknown, message: unknown): unknown {
    if (status >= 200) this.tell(status, headers);
    return this.#handler.onHeaders?.(status, headers, resume, message);
  }
  onData(chunk: unknown): unknown {
    return this.#handler.onData?.(chunk);
  }
  onComplete(trailers: unknown): unknown {
    this.watcher.onEnd();
    return this.#handler.onComplete?.(trailers);
  }
  onError(error: unknown): unknown {
    this.watcher.onError(error, this.#abort);
    return this.#handler.onError(error);
  }
  onBodySent(...sent: unknown[]): unknown {
    return this.#handler.onBodySent?.(...sent);
  }
  onRequestSent(): unknown {
    return this.#handler.onRequestSent?.();
  }
}
