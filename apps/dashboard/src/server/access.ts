import type { Role } from '@cb/protocol';
import { Tokens } from './tokens.ts';

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
 * Who may look, who may act, and who may set things: three tokens. Without a view token everybody may look; without a
 * control or an admin token nobody has that role.
 */
export class Access {
  readonly #tokens: Tokens<Role>;
  readonly #open: boolean;

  constructor({ viewToken, controlToken, adminToken }: AccessTokens) {
    this.#tokens = new Tokens<Role>([
      ['viewer', viewToken],
      ['operator', controlToken],
      ['admin', adminToken],
    ]);
    this.#open = viewToken === undefined;
  }

  /** Whether the address guessed wrong too often. @param now Monotonic milliseconds. */
  mustWait(address: string, now: number): boolean {
    return this.#tokens.mustWait(address, now);
  }

  /** @param now Monotonic milliseconds. */
  check(given: unknown, address: string, now: number): Caller | 'unauthorized' | 'authRate' {
    const nobody: Caller = { role: 'viewer', id: 'open', address };
    if (this.#open && (given === undefined || this.#tokens.size === 0)) return nobody;
    const found = this.#tokens.check(given, address, now);
    return typeof found === 'string' ? found : { role: found.grant, id: found.id, address };
  }
}
