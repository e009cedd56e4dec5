import { breakerInterceptor } from '@cb/undici';
import type { Work } from '../subjects/subject.ts';
import { type Client, URL_OF_ALL } from './client.ts';

/** What undici 7 and 8 tell, as far as a small answer goes. */
interface Handler {
  onRequestStart(controller: object): void;
  onResponseStart(controller: object, status: number, headers: object, message: string): void;
  onResponseEnd(controller: object, trailers: object): void;
  onResponseError(controller: object | null, error: unknown): void;
}
type Dispatch = (request: object, handler: Handler) => boolean;

const { origin, pathname, search } = new URL(URL_OF_ALL);
const REQUEST = { origin, path: pathname + search, method: 'GET' };

export function undiciClient(work: Work): Client {
  const controller = { aborted: false, reason: null };
  const headers = {};
  const stub: Dispatch = (_, handler) => {
    handler.onRequestStart(controller);
    Promise.resolve(work()).then(
      () => {
        handler.onResponseStart(controller, 200, headers, 'OK');
        handler.onResponseEnd(controller, headers);
      },
      (error: unknown) => handler.onResponseError(controller, error),
    );
    return true;
  };
  const callOf =
    (dispatch: Dispatch): Work =>
    () =>
      new Promise((resolve, reject) => {
        const handler: Handler = {
          onRequestStart() {},
          onResponseStart() {},
          onResponseEnd: () => resolve(200 as never),
          onResponseError: (_, error) => reject(error as Error),
        };
        dispatch(REQUEST, handler);
      });
  return {
    call: callOf(stub),
    guarded: (options) => callOf(breakerInterceptor(options)(stub as never) as unknown as Dispatch),
  };
}
