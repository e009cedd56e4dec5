import type { HostClient, HostRequest, HostResponse } from '../src/index.ts';

export interface ToyRequest extends HostRequest {
  readonly timeoutMs?: number;
}

/** A small HTTP client with the usual habits: a timeout of its own, a retry of its own, bodies read to their end. */
export class ToyClient implements HostClient {
  readonly #retries: number;
  readonly #worthRetrying: (error: unknown) => boolean;

  constructor(retries = 0, worthRetrying: (error: unknown) => boolean = () => true) {
    this.#retries = retries;
    this.#worthRetrying = worthRetrying;
  }

  /** What users call. Every try goes through `send`, where the adapter sits. */
  async request(request: ToyRequest): Promise<HostResponse> {
    for (let left = this.#retries; ; left--) {
      try {
        const response = await this.send(request);
        if (response.status < 500 || left === 0) return response;
      } catch (error) {
        if (left === 0 || !this.#worthRetrying(error)) throw error;
      }
    }
  }

  async send({ url, method = 'GET', body, signal, timeoutMs }: ToyRequest): Promise<HostResponse> {
    const timeout = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
    const init = { method, body: body as BodyInit, signal: signal ?? timeout ?? null, duplex: 'half' };
    try {
      const response = await fetch(url, init);
      const headers = Object.fromEntries(response.headers);
      return { status: response.status, url: response.url, headers, body: await response.text() };
    } catch (error) {
      throw timeout?.aborted ? new Error(`toy: no answer within ${timeoutMs} ms`) : error;
    }
  }
}
