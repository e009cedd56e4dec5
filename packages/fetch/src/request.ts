/** The parts of a `Request` that matter here, whosever class it is. */
interface RequestLike {
  readonly url: string;
  readonly method?: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal | null;
  readonly bodyUsed?: boolean;
}

/** Tells a request from an address, also one of another realm or of a library's own class. */
function isRequest(input: unknown): input is RequestLike {
  return typeof input === 'object' && input !== null && typeof (input as RequestLike).url === 'string';
}

export function urlOf(input: unknown): string {
  return isRequest(input) ? input.url : String(input);
}

/** The signal that the call listens to: `init` wins, and `null` there takes the request's own away. */
export function signalOf(input: unknown, init: RequestInit | undefined): AbortSignal | null | undefined {
  const signal = init?.signal;
  return signal === undefined && isRequest(input) ? input.signal : signal;
}

/** Whether the body was already used up before the call, which is asked before, since afterwards it always is. */
export function isBodySpent(input: unknown, init: RequestInit | undefined): boolean {
  const body = init?.body as { locked?: boolean } | null | undefined;
  if (body !== null && body !== undefined) return body.locked === true;
  return isRequest(input) && input.bodyUsed === true;
}

/**
 * Whether the call could never have been sent, whatever the network does: a bad method or header, a GET with a body, a
 * stream without `duplex`. Asked only after a TypeError, so that calls that go well pay nothing.
 */
export function isCallerBug(error: unknown, input: unknown, init: RequestInit | undefined): boolean {
  if ((error as Error | null)?.name !== 'TypeError' || typeof Request !== 'function') return false;
  const signal = init?.signal;
  if (signal !== null && signal !== undefined && typeof signal.aborted !== 'boolean') return true;
  if (isGetWithBody(input, init)) return true;
  try {
    // A stand-in for the body, which is gone by now; no signal, which would collect a listener.
    new Request(urlOf(input), { ...init, body: standIn(init?.body), signal: null });
    return false;
  } catch {
    return true;
  }
}

/** Bun's `Request` takes it, and only its fetch refuses. */
function isGetWithBody(input: unknown, init: RequestInit | undefined): boolean {
  const request = isRequest(input) ? input : undefined;
  const method = init?.method ?? request?.method ?? 'GET';
  const body = init?.body ?? request?.body;
  return /^(get|head)$/i.test(method) && body !== null && body !== undefined;
}

function standIn(body: unknown): BodyInit | null {
  if (body === null || body === undefined) return null;
  const streams =
    typeof body === 'object' &&
    (Symbol.asyncIterator in body || typeof (body as ReadableStream).getReader === 'function');
  return streams ? new ReadableStream() : '';
}
