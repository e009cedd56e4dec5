const KINDS = [
  'badHost',
  'foreignOrigin',
  'queryToken',
  'unauthorized',
  'authRate',
  'forbidden',
  'connections',
  'namespace',
  'badMessage',
  'badEntry',
  'unknownMessage',
  'rate',
  'silent',
  'unread',
  'strikes',
  'fault',
] as const;

/** Why something was refused. */
export type RefusalKind = (typeof KINDS)[number];

/** Counts of everything that was refused since the server started. */
export class Refusals {
  readonly #counts: Map<RefusalKind, number> = new Map(KINDS.map((kind) => [kind, 0]));

  count(kind: RefusalKind, times = 1): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + times);
  }

  read(): Record<RefusalKind, number> {
    return Object.fromEntries(this.#counts) as Record<RefusalKind, number>;
  }
}
