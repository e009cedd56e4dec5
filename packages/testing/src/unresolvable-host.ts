/**
 * A host name that resolves nowhere: `.invalid` is set aside for that.
 *
 * @example
 * await fetch(`http://${UNRESOLVABLE_HOST}/`); // ENOTFOUND
 */
export const UNRESOLVABLE_HOST = 'nope.invalid';
