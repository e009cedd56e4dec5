import { withBreaker } from '@cb/fetch';
import type { Work } from '../subjects/subject.ts';
import { type Client, URL_OF_ALL } from './client.ts';

export function fetchClient(work: Work): Client {
  const response = new Response(); // one for all: making one costs more than a breaker
  const stub = async (_url: string): Promise<Response> => {
    await work();
    return response;
  };
  const callOf =
    (fetch: typeof stub): Work =>
    () =>
      fetch(URL_OF_ALL) as Promise<never>;
  return { call: callOf(stub), guarded: (options) => callOf(withBreaker(stub, options)) };
}
