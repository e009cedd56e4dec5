import type { ControlAnswer, ControlCommand, Hello } from '@cb/protocol';
import type { PolicyEntry } from './policy-entry.ts';
import { ProducerClock } from './producer-clock.ts';
import type { FleetLane } from './row.ts';

/** Boots of one instance whose newest seq is remembered. */
const MOST_BOOTS = 8;

/** What became of a command that got no answer: the connection was lost, or the time was over. It may have been done. */
export type NoAnswer = 'lost' | 'late';

/** A connection that speaks for an instance. */
export interface Owner {
  /** Mark of the token that it came with: one of another token cannot take its place. */
  readonly token?: string;
  /** Asks the service to do something. Never rejects. */
  command?(command: ControlCommand, withinMs: number): Promise<ControlAnswer | NoAnswer>;
}

/** One running process of a service, over all its connections. */
export class Instance {
  readonly service: string;
  readonly name: string;
  boot: string;
  tags: Record<string, string>;
  clock: ProducerClock;
  /** Server time of its last message. */
  heardAt: number;
  /** Whether the service takes commands. */
  control: boolean;
  /** The connection that speaks for it now. */
  owner: Owner | undefined;
  /** By the producer's own id; valid within one boot. */
  readonly breakers: Map<number, FleetLane> = new Map();
  /** By the producer's own id of them; valid within one connection, since each says them all. */
  readonly policies: Map<number, PolicyEntry> = new Map();
  /** Lanes that had something to say in the newest rollups, and the producer's moment of these. */
  readonly active: Set<FleetLane> = new Set();
  roundAt = 0;
  /** When its rows were last noted as heard. */
  notedAt = 0;
  notedRoundAt = 0;
  /** Some lanes fell silent and have not been heard since. */
  dark = false;
  /** Changes that were overwritten in the producer's own buffer. */
  lost = 0;
  readonly #lastSeq: Map<string, number> = new Map();

  constructor(name: string, hello: Hello, now: number) {
    this.service = hello.service;
    this.name = name;
    this.boot = hello.boot;
    this.tags = hello.tags;
    this.clock = new ProducerClock(hello.now, now);
    this.heardAt = now;
    this.control = takesCommands(hello);
  }

  /** An instance that an earlier life of this server knew: nobody speaks for it. */
  static restored(service: string, name: string, heardAt: number): Instance {
    const tags: Record<string, string> = Object.create(null);
    const hello = { v: 1, service, instance: name, boot: '', sdk: '', tags, now: heardAt };
    const instance = new Instance(name, hello, heardAt);
    instance.dark = true;
    return instance;
  }

  /** Largest seq of this boot that is held. */
  get lastSeq(): number {
    return this.#lastSeq.get(this.boot) ?? 0;
  }

  /** None of its lanes has anything to say. */
  rest(): void {
    for (const lane of this.active) lane.active = false;
    this.active.clear();
  }

  /** Remembers the seq; answers whether it is new. */
  accept(seq: number, boot: string = this.boot): boolean {
    if (seq <= (this.#lastSeq.get(boot) ?? 0)) return false;
    this.#lastSeq.delete(boot);
    this.#lastSeq.set(boot, seq);
    for (const oldest of this.#lastSeq.keys()) {
      if (this.#lastSeq.size <= MOST_BOOTS) break;
      this.#lastSeq.delete(oldest);
    }
    return true;
  }
}

export function takesCommands({ caps }: Hello): boolean {
  return caps?.includes('control') === true;
}
