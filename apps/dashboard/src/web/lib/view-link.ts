import { answer } from './announce.ts';
import { copyText } from './copy-text.ts';
import { clock } from './format.ts';
import { hoverTime } from './hover.ts';
import { getView, timeWindow } from './view.ts';

/**
 * The address of what is on screen now: the page, its filters and this very stretch of time, also while it moves on. With
 * `at` it ends there: who opens it sees everything as it was at that moment.
 */
export function linkToMoment(at: number = timeWindow().to): string {
  const url = new URL(location.href);
  url.hash = '';
  url.searchParams.set('span', String(Math.round(getView().spanMs / 1000)));
  url.searchParams.set('at', String(Math.round(at)));
  return url.href;
}

/** Of the moment under the crosshair, where there is one; otherwise of what is on screen. */
export async function copyLink(): Promise<void> {
  const at = hoverTime();
  const copied = await copyText(linkToMoment(at ?? undefined));
  answer(
    copied
      ? at === null
        ? 'Link copied.'
        : `Link to ${clock(at)} copied.`
      : 'The browser did not allow that. Pause, and copy the address of this page.',
  );
}
