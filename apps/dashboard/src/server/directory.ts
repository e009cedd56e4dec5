import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { packDirectory, type RowSummary } from '@cb/protocol';
import type { Fleet } from './fleet.ts';
import type { Reply } from './reply.ts';
import { toDirectoryRow, toSummary } from './row.ts';

const zip = promisify(gzip);
const MINUTE_MS = 60_000;
/** Rows written in one turn, so that nothing else waits for them: whole ones are twenty times as long. */
const TURN = { whole: 100, lean: 2_500 };
/** Columns are written until they are so long together, in characters. */
const TURN_TEXT = 100_000;
/** A larger answer is not kept: it is asked for by programs, and seldom. */
const KEPT_BYTES = 8 * 2 ** 20;

/**
 * The list of all breakers, whole or lean. It is written in turns beside everything else, and once for all who ask while
 * it is being written.
 */
export class DirectoryAnswers {
  readonly #fleet: Fleet;
  readonly #now: () => number;
  readonly #kept: { keptMs?: number };
  readonly #kinds = { whole: new Answer(), lean: new Answer() };

  /** @param keptMs How far back the server can answer, where it keeps more than memory holds. */
  constructor(fleet: Fleet, now: () => number, keptMs: number | undefined) {
    this.#fleet = fleet;
    this.#now = now;
    this.#kept = keptMs === undefined ? {} : { keptMs };
  }

  read(kind: 'whole' | 'lean'): Promise<Reply> {
    return this.#kinds[kind].read(this.#tag(kind), () => this.#write(kind));
  }

  /** Another one after every change, and every minute for the counts of the last hour. */
  #tag(kind: string): string {
    const { epoch, changes } = this.#fleet;
    return `"${epoch}.${kind}.${changes.head}.${Math.floor(this.#now() / MINUTE_MS)}"`;
  }

  async #write(kind: 'whole' | 'lean'): Promise<Reply> {
    const etag = this.#tag(kind);
    // What changes while it is being written is told again to who follows from this `seq` on.
    const head = { epoch: this.#fleet.epoch, seq: this.#fleet.seq, now: this.#now(), ...this.#kept };
    const text = kind === 'lean' ? await this.#lean(head) : await this.#whole(head);
    const body = Buffer.from(text);
    const zipped = await zip(body, { level: 4 });
    return { status: 200, body, zipped, etag, type: 'application/json; charset=utf-8', cache: 'no-cache' };
  }

  async #lean(head: Head): Promise<string> {
    const rows: RowSummary[] = [];
    for (const row of [...this.#fleet.rows.values()]) {
      rows.push(toSummary(row, head.now));
      if (rows.length % TURN.lean === 0) await nextTurn();
    }
    const parts: string[] = [];
    let written = 0;
    for (const [name, column] of Object.entries(packDirectory(rows, head))) {
      const part = `${JSON.stringify(name)}:${JSON.stringify(column)}`;
      parts.push(part);
      written += part.length;
      if (written < TURN_TEXT) continue;
      written = 0;
      await nextTurn();
    }
    return `{${parts.join(',')}}`;
  }

  async #whole(head: Head): Promise<string> {
    const parts: string[] = [];
    for (const row of [...this.#fleet.rows.values()]) {
      parts.push(JSON.stringify(toDirectoryRow(row, head.now)));
      if (parts.length % TURN.whole === 0) await nextTurn();
    }
    return `${JSON.stringify(head).slice(0, -1)},"rows":[${parts.join(',')}]}`;
  }
}

interface Head {
  epoch: string;
  seq: number;
  now: number;
  keptMs?: number;
}

/** One answer for all who ask at the same time. */
class Answer {
  #kept: Reply | undefined;
  #writing: Promise<Reply> | undefined;
  #next: Promise<Reply> | undefined;

  read(etag: string, write: () => Promise<Reply>): Promise<Reply> {
    if (this.#kept?.etag === etag) return Promise.resolve(this.#kept);
    // One that is being written began before this was asked for, and may lack what the asker thinks is in it.
    if (this.#writing === undefined) return this.#begin(write);
    this.#next ??= this.#writing.then(
      () => this.#begin(write),
      () => this.#begin(write),
    );
    return this.#next;
  }

  #begin(write: () => Promise<Reply>): Promise<Reply> {
    this.#next = undefined;
    const writing = this.#keep(write());
    this.#writing = writing;
    return writing;
  }

  async #keep(writing: Promise<Reply>): Promise<Reply> {
    try {
      const reply = await writing;
      this.#kept = reply.body.length <= KEPT_BYTES ? reply : undefined;
      return reply;
    } finally {
      this.#writing = undefined;
    }
  }
}
