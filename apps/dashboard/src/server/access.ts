import { createHash, timingSafeEqual } from 'node:crypto';
import type { Role } from '@cb/protocol';
import { FailedAttempts } from './failed-attempts.ts';
import { LONGEST_TOKEN } from './tokens.ts';

/** Each role may do what the ones before it may. */
const ROLES: readonly Role[] = ['viewer', 'operator', 'admin'];

export function mayAct(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** Somebody whose token was looked at. */
export interface Caller {
  readonly role: Role;
  /** Which token it was, as a short mark that cannot be turned back into it; `open` where none was needed. */
  readonly id: string;
  readonly address: string;
}

/** Why somebody may not do what is for another role, in words. */
export function denialOf(what: string, needed: Role, { id, role }: Caller): string {
  if (id === 'open') return `${what} is for the role ${needed} and needs its token.`;
  return `${what} is for the role ${needed}; the token given is that of ${role === 'viewer' ? 'a' : 'an'} ${role}.`;
}

export interface AccessTokens {
  viewToken: string | undefined;
  controlToken: string | undefined;
  adminToken: string | undefined;
}

/**
 * Who may look, who may act, and who may set things: three tokens, compared by digests of equal length, all of them every
 * time, so that the time of an answer says nothing. Without a view token everybody may look; without a control or an
 * admin token nobody has that role.
 */
export class Access {
  readonly #digests: readonly (readonly [Role, Buffer])[];
  readonly #open: boolean;
  readonly #failed: FailedAttempts = new FailedAttempts();

  constructor({ viewToken, controlToken, adminToken }: AccessTokens) {
    const tokens = [
      ['viewer', viewToken],
      ['operator', controlToken],
      ['admin', adminToken],
    ] as const;
    this.#digests = tokens.flatMap(([role, token]) =>
      token === undefined ? [] : [[role, sha256(token)] as const],
    );
    this.#open = viewToken === undefined;
  }

  /** @param now Monotonic milliseconds. */
  check(given: unknown, address: string, now: number): Caller | 'unauthorized' | 'authRate' {
    const nobody: Caller = { role: 'viewer', id: 'open', address };
    if (this.#open && (given === undefined || this.#digests.length === 0)) return nobody;
    if (this.#failed.mustWait(address, now)) return 'authRate';
    const usable = typeof given === 'string' && given.length <= LONGEST_TOKEN;
    const digest = sha256(usable ? given : '');
    let role: Role | undefined;
    for (const [each, known] of this.#digests) if (timingSafeEqual(digest, known)) role = each;
    if (usable && role !== undefined) return { role, id: digest.toString('hex').slice(0, 8), address };
    this.#failed.note(address, now);
    return 'unauthorized';
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
