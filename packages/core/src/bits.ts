/** What a call was, as bits: a call can be slow and failed. */
export const FAILED = 1;
export const SLOW = 2;
export const SLOW_FAILURE = 3;
export const TIMEOUT = 4;
/** Only for windows that give them a meaning. */
export const IGNORED_CALL = 8;
export const REJECTED_CALL = 16;
/** A result whose call was not counted when it began. */
export const UNCOUNTED = 32;
