import { isLoopback } from './guard.ts';
import { Tokens } from './tokens.ts';

/** A connection of a service whose token was looked at. */
export interface Reporting {
  /** The only service it may speak for; undefined where it may speak for any. */
  readonly service: string | undefined;
  /** Which token it was, as a short mark; `open` where none was needed. */
  readonly id: string;
}

export interface IngestTokens {
  ingestToken: string | undefined;
  /** By service. */
  ingestTokens: ReadonlyMap<string, string>;
}

const ANYBODY: Reporting = { service: undefined, id: 'open' };

/** Who may report, and for which service. Without any token everybody may, for every one. */
export class IngestAccess {
  readonly #tokens: Tokens<string | undefined>;

  constructor({ ingestToken, ingestTokens }: IngestTokens) {
    this.#tokens = new Tokens<string | undefined>([[undefined, ingestToken], ...ingestTokens]);
  }

  /** @param now Monotonic milliseconds. */
  check(given: unknown, address: string, now: number): Reporting | 'unauthorized' | 'authRate' {
    if (this.#tokens.size === 0) return ANYBODY;
    const found = this.#tokens.check(given, address, now);
    return typeof found === 'string' ? found : { service: found.grant, id: found.id };
  }

  /**
   * Whether somebody at this address may speak for every service over HTTP: with the token for that, or from this machine
   * where no token is asked for.
   */
  admits(given: unknown, address: string): boolean {
    if (this.#tokens.size === 0) return given === undefined && isLoopback(address.replace(/^::ffff:/, ''));
    const found = this.#tokens.find(given);
    return found !== undefined && found.grant === undefined;
  }
}
