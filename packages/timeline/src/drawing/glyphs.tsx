import type { ReactNode } from 'react';
import type { StateSlug } from './states.ts';

/** The sign of a circuit in a box of 16 by 16: a closed, a lifted or a broken switch, a padlock, dots. Shape alone says the state. */
export const GLYPHS: Readonly<Record<StateSlug, ReactNode>> = {
  open: (
    <>
      <path d="M3.2 11 12 4.6" strokeWidth="2.2" />
      <circle cx="3.2" cy="11" r="1.9" />
      <circle cx="13" cy="11" r="1.9" />
    </>
  ),
  'half-open': (
    <>
      <path d="M3.2 10 9.6 7" strokeWidth="2.2" strokeDasharray="3.4 2.2" />
      <circle cx="3.2" cy="10" r="1.9" />
      <circle cx="12.6" cy="10" r="1.9" fill="none" strokeWidth="1.6" />
    </>
  ),
  closed: (
    <>
      <path d="M3 8h10" strokeWidth="2.2" />
      <circle cx="2.9" cy="8" r="1.8" />
      <circle cx="13.1" cy="8" r="1.8" />
    </>
  ),
  isolated: (
    <>
      <path d="M5 7.4V5.2a3 3 0 0 1 6 0v2.2" fill="none" strokeWidth="1.8" />
      <rect x="3" y="7" width="10" height="7.4" rx="1.4" />
    </>
  ),
  'no-data': (
    <>
      <circle cx="3" cy="8" r="1.1" />
      <circle cx="8" cy="8" r="1.1" />
      <circle cx="13" cy="8" r="1.1" />
    </>
  ),
};
