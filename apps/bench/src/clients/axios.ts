import { breakerInterceptor } from '@cb/axios';
import axios, { type AxiosInstance } from 'axios';
import type { Work } from '../subjects/subject.ts';
import { type Client, URL_OF_ALL } from './client.ts';

export function axiosClient(work: Work): Client {
  const create = (): AxiosInstance =>
    axios.create({
      adapter: async (config) => ({ status: 200, statusText: 'OK', data: await work(), headers: {}, config }),
    });
  const callOf =
    (api: AxiosInstance): Work =>
    () =>
      api.get(URL_OF_ALL) as Promise<never>;
  return {
    call: callOf(create()),
    guarded(options) {
      const api = create();
      api.interceptors.request.use(breakerInterceptor({ axios, ...options }));
      return callOf(api);
    },
  };
}
