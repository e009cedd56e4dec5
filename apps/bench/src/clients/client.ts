import type { BreakerOptions } from '@cb/core';
import type { Work } from '../subjects/subject.ts';

/** A client whose answers come from a stub, so that only the client and the breaker cost time. */
export interface Client {
  /** A call without a breaker: what the other libraries are put around. */
  readonly call: Work;
  /** The same call with our adapter on the client. */
  guarded(options: Omit<BreakerOptions, 'name' | 'classify'>): Work;
}
export const CLIENT_NAMES = ['axios', 'fetch', 'undici'] as const;
export type ClientName = (typeof CLIENT_NAMES)[number];

export const URL_OF_ALL = 'https://api.example.com/users?page=2';
