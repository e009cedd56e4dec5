import type { Page } from './page.ts';
import type { Upstream } from './upstream.ts';

/** One thing to see. Everything in `tell` but the talking is what a user of these packages writes. */
export interface Chapter {
  readonly title: string;
  tell(page: Page, upstream: Upstream): Promise<void>;
}
