import { type Delta, type RowSummary, readCredit, readFollow, readWatch, type WatchAck } from '@cb/protocol';
import type { Namespace, Socket } from 'socket.io';
import type { Caller } from './access.ts';
import type { Change } from './change-log.ts';
import type { Fleet } from './fleet.ts';
import { addToFrame, emptyFrame, totalsOf } from './numbers.ts';
import { Peer } from './peer.ts';
import { type FleetRow, toDirectoryRow, toSummary } from './row.ts';
import type { ServerContext } from './server-context.ts';

/** Frames that may be under way to one browser. */
const CREDIT = 2;
/** Most changes of one frame; more follow in the next. */
const CHANGES_PER_FRAME = 500;
const BEAT_MS = 100;
const DEFAULT_HZ = 4;

/** All browsers: one beat serves them, and stops when nobody looks. */
export class Viewers {
  readonly #context: ServerContext;
  readonly #viewers: Set<Viewer> = new Set();
  #beat: ReturnType<typeof setInterval> | undefined;
  #totalsAt = 0;

  constructor(namespace: Namespace, context: ServerContext) {
    this.#context = context;
    namespace.on('connection', (socket) => this.#join(socket));
  }

  /** Browsers connected now. */
  get size(): number {
    return this.#viewers.size;
  }

  /** Frames that waited because a browser had not returned its credit. */
  held = 0;

  close(): void {
    clearInterval(this.#beat);
    this.#beat = undefined;
  }

  #join(socket: Socket): void {
    const viewer = new Viewer(socket, this.#context);
    this.#viewers.add(viewer);
    this.#beat ??= setInterval(() => this.#serve(), BEAT_MS).unref();
    socket.once('disconnect', () => {
      viewer.leave();
      this.#viewers.delete(viewer);
      if (this.#viewers.size === 0) this.close();
    });
  }

  #serve(): void {
    const now = this.#context.now();
    const at = this.#context.monotonic();
    for (const viewer of this.#viewers) if (viewer.flush(now, at) === 'held') this.held++;
    if (at - this.#totalsAt < 1_000) return;
    this.#totalsAt = at;
    const totals = totalsOf(this.#context.fleet.instances.values(), now);
    for (const viewer of this.#viewers) viewer.tell('totals', totals);
  }
}

/**
 * One browser. It has a cursor into the changes and the number of the newest numbers it was sent: nothing is queued
 * for it. A frame goes out only while fewer than two are unanswered, and carries what is newest then.
 */
class Viewer {
  readonly #socket: Socket;
  readonly #fleet: Fleet;
  readonly #now: () => number;
  #watched: readonly FleetRow[] = [];
  /** Watched rows by number, and whether they are wanted with their instances. */
  #watchedIds: ReadonlySet<number> = new Set();
  #instances = false;
  #hz = DEFAULT_HZ;
  #cursor: number;
  /** Newest rollup that the watched rows were sent of. */
  #tick = -1;
  #sent = 0;
  #returned = 0;
  #flushedAt = 0;

  constructor(socket: Socket, context: ServerContext) {
    this.#socket = socket;
    this.#fleet = context.fleet;
    this.#now = context.now;
    this.#cursor = this.#fleet.changes.head;
    const peer = new Peer(socket, { ...context, burst: 100, perSecond: 40 });
    peer.on('watch', (payload, answer) => this.#watch(payload, answer));
    peer.on('ok', (payload) => this.#ok(payload));
    peer.on('follow', (payload, answer) => this.#follow(payload, answer));
    const { epoch, seq } = this.#fleet;
    const { role } = socket.data as Caller;
    const { control, alerts } = context;
    socket.emit('welcome', { epoch, seq, now: context.now(), role, control, alerts });
  }

  #watch(payload: unknown, answer: (value: unknown) => void): string | undefined {
    const { epoch, seq } = this.#fleet;
    const watch = readWatch(payload);
    if (typeof watch === 'string') {
      answer({ ok: false, epoch, seq, error: watch } satisfies WatchAck);
      return watch;
    }
    this.#hz = watch.hz;
    this.#instances = watch.instances === true;
    this.#look(watch.rows.flatMap((row) => this.#fleet.rows.get(row) ?? []));
    this.#tick = -1;
    answer({ ok: true, epoch, seq } satisfies WatchAck);
    if (this.#instances) this.#sendRows(this.#watchedIds, seq, this.#now());
    return undefined;
  }

  #look(rows: readonly FleetRow[]): void {
    for (const row of this.#watched) row.series.watchers--;
    for (const row of rows) row.series.watchers++;
    this.#watched = rows;
    this.#watchedIds = new Set(rows.map((row) => row.row));
  }

  /** The browser is gone. */
  leave(): void {
    this.#look([]);
  }

  #follow(payload: unknown, answer: (value: unknown) => void): string | undefined {
    const from = readFollow(payload);
    if (typeof from === 'string') {
      answer({ ok: false });
      return from;
    }
    const { epoch, seq, changes } = this.#fleet;
    const cursor = from.epoch === epoch && from.seq <= seq ? changes.after(from.seq) : undefined;
    if (cursor !== undefined) this.#cursor = cursor;
    answer({ ok: cursor !== undefined });
    return undefined;
  }

  #ok(payload: unknown): string | undefined {
    const frame = readCredit(payload);
    if (typeof frame === 'string') return frame;
    if (frame > this.#sent) return `ok ${frame} returns a frame that was never sent`;
    this.#returned = Math.max(this.#returned, frame);
    return undefined;
  }

  /** Says something that may be lost. A browser that keeps up hears it all; "volatile" loses what follows a frame. */
  tell(event: string, value: unknown): void {
    if (this.#sent - this.#returned < CREDIT) this.#socket.emit(event, value);
    else this.#socket.volatile.emit(event, value);
  }

  /** Sends what is new since the last frame, when there is something, it is time and there is credit. */
  flush(now: number, at: number): 'sent' | 'held' | 'idle' {
    const { changes, epoch, seq } = this.#fleet;
    if (changes.lost(this.#cursor)) this.#resync();
    // A tenth early counts as on time: the beat has its own grain.
    if (at - this.#flushedAt < 900 / this.#hz) return 'idle';
    const news = changes.read(this.#cursor, CHANGES_PER_FRAME);
    const rows = this.#watched.filter((row) => row.tick > this.#tick);
    if (news.length === 0 && rows.length === 0) return 'idle';
    if (this.#sent - this.#returned >= CREDIT) return 'held';
    this.#flushedAt = at;
    this.#cursor += news.length;
    this.#tick = this.#fleet.tick;
    this.#sendChanges(news, seq, now);
    const frame = emptyFrame(epoch, ++this.#sent, now);
    for (const row of rows) addToFrame(frame, row, now);
    this.#socket.emit('f', frame);
    return 'sent';
  }

  #sendChanges(news: readonly Change[], seq: number, now: number): void {
    const changed = new Set<number>();
    const lanes = new Set<number>();
    const deltas: Delta[] = [];
    const gone: number[] = [];
    let rewritten = false;
    for (const change of news) {
      if (change.kind === 'delta') deltas.push(this.#watches(change.delta.row) ? change.delta : change.brief);
      else if (change.kind === 'row') changed.add(change.row);
      else if (change.kind === 'lanes') lanes.add(change.row);
      else if (change.kind === 'gone') gone.push(change.row);
      else if (change.kind === 'marker') this.#socket.emit('marker', change.marker);
      else rewritten = true;
    }
    if (this.#instances) for (const row of lanes) if (this.#watches(row)) changed.add(row);
    this.#sendRows(changed, seq, now);
    if (gone.length > 0) this.#socket.emit('gone', gone);
    if (rewritten) this.#socket.emit('resync', { epoch: this.#fleet.epoch, seq });
    // Last: who has heard them has heard all that came before.
    if (deltas.length > 0) this.#socket.emit('s', deltas);
  }

  #watches(row: number): boolean {
    return this.#watchedIds.has(row);
  }

  #sendRows(ids: ReadonlySet<number>, seq: number, now: number): void {
    const rows: RowSummary[] = [];
    for (const id of ids) {
      const row = this.#fleet.rows.get(id);
      if (row === undefined) continue;
      rows.push(this.#instances && this.#watches(id) ? toDirectoryRow(row, now) : toSummary(row, now));
    }
    if (rows.length > 0) this.#socket.emit('rows', rows, seq);
  }

  /** Too much was missed: the browser reads the directory, and changes begin anew from here. */
  #resync(): void {
    const { changes, epoch, seq } = this.#fleet;
    this.#cursor = changes.head;
    this.#socket.emit('resync', { epoch, seq });
  }
}
