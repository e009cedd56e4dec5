export type Phase = 'starting' | 'ready' | 'closing';

/** Something that is opened before the server is ready, and closed before it is gone: a store, a queue. */
export interface Resource {
  readonly name: string;
  open?(): Promise<void> | void;
  /** Writes what is still to be written. No more messages come in by then. */
  close?(): Promise<void> | void;
}

/** Where the server is in its life, and what goes along with it. */
export class Lifecycle {
  readonly #resources: Resource[] = [];
  readonly #opened: Resource[] = [];
  #phase: Phase = 'starting';

  get phase(): Phase {
    return this.#phase;
  }

  /** To be called while the server is put together. */
  add(resource: Resource): void {
    this.#resources.push(resource);
  }

  /** Opens one after the other. Where one fails, the others are closed again and the server does not start. */
  async open(): Promise<void> {
    try {
      for (const resource of this.#resources) {
        await resource.open?.();
        this.#opened.push(resource);
      }
    } catch (error) {
      await this.close().catch(() => {}); // why it did not open says more
      throw error;
    }
    // Somebody may have closed it meanwhile.
    if (this.#phase === 'starting') this.#phase = 'ready';
  }

  /** From now on nobody is let in. */
  leave(): void {
    this.#phase = 'closing';
  }

  /** Closes in reverse order. One that fails holds up no other. @throws Error that names those which failed. */
  async close(): Promise<void> {
    this.leave();
    const failed: string[] = [];
    for (const resource of this.#opened.splice(0).reverse()) {
      try {
        await resource.close?.();
      } catch (error) {
        failed.push(
          `${resource.name} did not close: ${error instanceof Error ? error.message : 'not an error'}`,
        );
      }
    }
    if (failed.length > 0) throw new Error(failed.join('; '));
  }
}
