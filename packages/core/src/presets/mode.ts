import { checkKeys } from '../check.ts';
import { flag } from '../vocabulary.ts';

/** The second argument of a preset. */
export interface Mode {
  /** True: also what its system is known to do wrong, which the preset's page lists; to compare a migration call by call. @default false */
  readonly faithful?: boolean | undefined;
}

/** @throws TypeError for another option, or for one that is neither true nor false. */
export function isFaithful(system: string, mode: Mode): boolean {
  checkKeys(`${system}, beside its options,`, mode, ['faithful']);
  return flag('faithful', mode.faithful).faithful === true;
}
