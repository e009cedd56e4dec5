import type { Work } from '../subjects/subject.ts';
import type { Client, ClientName } from './client.ts';

/** Each is loaded only in the process that measures it. */
export const CLIENTS: Readonly<Record<ClientName, (work: Work) => Promise<Client>>> = {
  axios: async (work) => (await import('./axios.ts')).axiosClient(work),
  fetch: async (work) => (await import('./fetch.ts')).fetchClient(work),
  undici: async (work) => (await import('./undici.ts')).undiciClient(work),
};
