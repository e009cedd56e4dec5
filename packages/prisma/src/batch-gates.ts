/** What Prisma's query hook tells about a transaction, in a parameter that is not documented and has been the same since 4.16. */
export interface InternalParams {
  readonly transaction?: { readonly kind?: string; readonly lock?: object };
}

/** The lock that the members of a batch `$transaction([…])` have in common; undefined for any other query. */
export function batchOf(params: InternalParams | undefined): object | undefined {
  const transaction = params?.transaction;
  return transaction?.kind === 'batch' ? transaction.lock : undefined;
}

/** One decision for all members of a batch. */
export interface BatchGates {
  /**
   * Runs a member. The first one is guarded, and the others do as it does: run when it runs, fail with its refusal. Prisma sends
   * a batch when all of its members have come; were only some let through, they would wait for ever.
   *
   * @param first runs the first member; it calls what it is given when the batch may run.
   */
  run<T>(batch: object, first: (open: () => void) => Promise<T>, other: () => PromiseLike<T>): PromiseLike<T>;
}

export function createBatchGates(): BatchGates {
  const gates = new WeakMap<object, Promise<void>>();
  return {
    run(batch, first, other) {
      const known = gates.get(batch);
      if (known !== undefined) return known.then(other);
      let open = (): void => {};
      let refuse: (refusal: unknown) => void = open;
      const gate = new Promise<void>((resolve, reject) => {
        open = resolve;
        refuse = reject;
      });
      gate.catch(() => {}); // a batch of one has nobody else to tell
      gates.set(batch, gate);
      const running = first(open);
      running.catch(refuse); // once open, this says nothing
      return running;
    },
  };
}
