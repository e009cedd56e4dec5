// The part of {{name}} that the adapter touches. Replace this file by types from the host, which is a peer dependency:
// import type { Client, Request, Response } from '{{name}}';

/** One request, in the host's words. */
export interface HostRequest {
  readonly url: string;
  readonly method?: string;
  readonly body?: string | AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal;
}

/** An answer, whatever its status. */
export interface HostResponse {
  readonly status: number;
  /** Where it came from, after redirects. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Anything with the one method that is guarded. */
export interface HostClient {
  send(request: HostRequest): Promise<HostResponse>;
}
