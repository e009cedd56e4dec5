import { Emitter, type ToolOptions, type Tools, toolsOf } from '@cb/core/kit';
import { type Call, type CallContext, type CallOptions, contextOf } from './context.ts';
import { Journey, type Stage } from './journey.ts';

export type PolicyKind = 'retry' | 'timeout' | 'bulkhead' | 'rate-limit' | 'fallback' | 'coalesce' | 'hedge';

/** What every policy takes beside its own options. */
export interface PolicyOptions extends ToolOptions {
  /** Shown in errors, events and on the dashboard. @default the kind */
  name?: string | undefined;
}

/** What every event of a policy carries. */
export interface PolicyEvent {
  readonly type: string;
  readonly policy: string;
  readonly kind: PolicyKind;
  /** Monotonic milliseconds of the policy's clock. */
  readonly at: number;
}

/** A policy at one moment. Plain data: it can be sent, stored and compared. */
export interface PolicySnapshot {
  readonly kind: PolicyKind;
  readonly name: string;
  /** Totals since construction. */
  readonly counts: Readonly<Record<string, number>>;
  /** What is so just now: calls under way, queued, tokens left, the limit in force. */
  readonly gauges: Readonly<Record<string, number>>;
  /** The configuration, without its functions. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** What a pipeline needs of a policy. @typeParam Adds What it may answer with instead of the call's own value. */
export interface Step<Adds = never> extends Stage {
  readonly kind: PolicyKind;
  readonly name: string;
  /**
   * Makes a call under this policy alone.
   *
   * @throws what the call throws, as it is; what the policy refuses with; the reason of an aborted signal.
   */
  execute<T>(call: Call<T>, options?: CallOptions): Promise<T | Adds>;
  /** A pure look: it changes nothing. */
  snapshot(): PolicySnapshot;
  /** In types only: never there. */
  readonly adds?: { readonly value: Adds };
}

/** A policy, alone or in a pipeline. */
export interface Policy<Adds = never, Events extends object = object> extends Step<Adds> {
  /** @returns a function that takes the listener off. What a listener throws is reported and changes nothing. */
  on<E extends keyof Events>(event: E, listener: (event: Events[E]) => void): () => void;
}

/** What policies share: a name, tools, listeners, and the way from `execute` to `run`. */
export abstract class BasePolicy<Adds, Events extends { [E in keyof Events]: PolicyEvent }>
  implements Policy<Adds, Events>
{
  readonly kind: PolicyKind;
  readonly name: string;
  protected readonly tools: Tools;
  readonly #emitter: Emitter<Events>;
  readonly #alone: readonly Stage[] = [this];

  constructor(kind: PolicyKind, { name = kind, ...options }: PolicyOptions) {
    if (typeof name !== 'string' || name === '' || name.length > 200)
      throw new TypeError(`${kind} name must be a text of 1 to 200 characters`);
    this.kind = kind;
    this.name = name;
    this.tools = toolsOf(options);
    this.#emitter = new Emitter(this.tools.report);
  }

  abstract run<T>(journey: Journey<T>, at: number, context: CallContext): Promise<T>;
  abstract snapshot(): PolicySnapshot;

  execute<T>(call: Call<T>, options?: CallOptions): Promise<T | Adds> {
    if (typeof call !== 'function') return Promise.reject(new TypeError('execute takes a function'));
    return new Journey(this.#alone, call).proceed(0, contextOf(options));
  }

  on<E extends keyof Events>(event: E, listener: (event: Events[E]) => void): () => void {
    return this.#emitter.on(event, listener);
  }

  /** Whether anybody listens: an event that nobody hears is not made. */
  protected hears(event: keyof Events): boolean {
    return this.#emitter.hears(event);
  }

  /** Tells those who listen. `about` is what the event has beside its head. */
  protected tell<E extends keyof Events & string>(type: E, about: Omit<Events[E], keyof PolicyEvent>): void {
    if (!this.#emitter.hears(type)) return;
    const head = { type, policy: this.name, kind: this.kind, at: this.tools.clock.now() };
    this.#emitter.emit(type, { ...head, ...about } as unknown as Events[E]);
  }
}
