import type { Delta, DirectoryRow, UiClientEvents, UiServerEvents } from '@cb/protocol';
import { io, type Socket } from 'socket.io-client';
import { noteServerTime, serverNow } from '../lib/clock.ts';
import { createListeners } from '../lib/listeners.ts';
import { repaint } from '../lib/painter.ts';
import { ApiError, readDirectory } from './api.ts';
import { History } from './history.ts';
import { FleetStore } from './store.ts';
import { readToken, writeToken } from './token.ts';

export type ConnectionState = 'connecting' | 'live' | 'reconnecting' | 'unauthorized';

/** Frames a second of the watched rows. */
const HZ = 4;
/** The server says its totals once a second; after this much silence it is gone, whatever the socket thinks. */
const SILENCE_MS = 10_000;
/** Deltas kept while the directory is being read. */
const BUFFER = 10_000;

/**
 * The page's only line to the server. After connecting the directory is read once over HTTP; from then on state
 * changes arrive in order of their number. A missing number, another epoch or a `resync` reads the directory again:
 * the page never has to be reloaded.
 */
export class Connection {
  readonly store = new FleetStore();
  readonly history = new History(() => this.#resync());
  readonly changed = createListeners();
  #socket: Socket<UiServerEvents, UiClientEvents>;
  #state: ConnectionState = 'connecting';
  /** When the server was last heard, on this machine's clock and on the server's. */
  #heardAt = 0;
  #heardServerAt = 0;
  #reading = false;
  #again = false;
  #buffer: Delta[] = [];
  #rowsBuffer: [DirectoryRow[], number][] = [];
  #watched: number[] = [];
  #watchTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.#socket = io('/ui', {
      transports: ['websocket'],
      autoConnect: false,
      reconnectionDelay: 400,
      reconnectionDelayMax: 4000,
      auth: (give) => {
        const token = readToken();
        give(token ? { token } : {});
      },
    });
    this.#listen();
    setInterval(() => this.#checkSilence(), 1000);
  }

  state = (): ConnectionState => this.#state;

  /** Milliseconds since the server was last heard. */
  ageMs(): number {
    return this.#heardAt === 0 ? 0 : Math.max(0, Date.now() - this.#heardAt);
  }

  /** Up to when lanes are known, in server time: the present while the line is up. */
  knownUntil(): number {
    if (this.#state === 'live') return Number.POSITIVE_INFINITY;
    return this.#heardServerAt === 0 ? Number.POSITIVE_INFINITY : this.#heardServerAt;
  }

  open(): void {
    this.#socket.connect();
  }

  useToken(token: string): void {
    writeToken(token);
    this.#set('connecting');
    this.#socket.disconnect().connect();
  }

  /** Which rows are on screen. Scrolling says it many times; the server hears the last one. */
  watch(rows: readonly number[]): void {
    this.#watched = [...rows];
    clearTimeout(this.#watchTimer);
    this.#watchTimer = setTimeout(() => this.#sendWatch(), 100);
  }

  /** The rows on screen, as far as their numbers are asked for. */
  watched(): readonly number[] {
    return this.#watched;
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on('welcome', (welcome) => {
      noteServerTime(welcome.now);
      this.#heard();
      this.#resync();
    });
    socket.on('f', (frame) => {
      this.#heard();
      socket.emit('ok', frame.frame);
      this.store.frame(frame);
    });
    socket.on('s', (deltas) => {
      this.#heard();
      if (this.#reading) this.#hold(deltas);
      else this.#apply(deltas);
    });
    socket.on('rows', (rows, seq) => {
      this.#heard();
      if (this.#reading) this.#rowsBuffer.push([rows, seq]);
      else this.store.upsert(rows, seq);
    });
    socket.on('gone', (rows) => {
      this.#heard();
      this.store.remove(rows);
      for (const row of rows) this.history.forget(row);
    });
    socket.on('totals', (totals) => {
      this.#heard();
      this.store.setTotals(totals);
    });
    socket.on('resync', () => {
      this.#heard();
      this.#resync();
    });
    socket.on('disconnect', (reason) => {
      if (this.#state !== 'unauthorized') this.#set(this.#heardAt === 0 ? 'connecting' : 'reconnecting');
      // The server closed this one on purpose; socket.io then waits to be told.
      if (reason === 'io server disconnect') setTimeout(() => socket.connect(), 1000);
    });
    socket.on('connect_error', (error) => {
      if (/unauthori[sz]ed/i.test(error.message)) {
        this.#set('unauthorized');
        return;
      }
      this.#set(this.#heardAt === 0 ? 'connecting' : 'reconnecting');
      // Refused by the server rather than unreachable: socket.io does not try that again by itself.
      if (!socket.active) setTimeout(() => socket.connect(), 2000);
    });
  }

  #heard(): void {
    this.#heardAt = Date.now();
    this.#heardServerAt = serverNow();
  }

  #checkSilence(): void {
    if (this.#state === 'live' && this.ageMs() > SILENCE_MS) this.#set('reconnecting');
    else if (
      this.#state === 'reconnecting' &&
      this.#socket.connected &&
      !this.#reading &&
      this.ageMs() < 3000
    ) {
      this.#resync();
    }
  }

  #set(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.changed.emit();
    repaint();
  }

  #hold(deltas: readonly Delta[]): void {
    this.#buffer.push(...deltas);
    if (this.#buffer.length > BUFFER) {
      this.#buffer = [];
      this.#again = true;
    }
  }

  #apply(deltas: readonly Delta[]): void {
    for (const delta of deltas) {
      if (delta.seq <= this.store.seq) continue;
      if (!this.store.apply(delta)) {
        this.#hold(deltas);
        this.#resync();
        return;
      }
      this.history.apply(delta);
    }
  }

  #resync(): void {
    if (this.#reading) this.#again = true;
    else void this.#read();
  }

  async #read(): Promise<void> {
    this.#reading = true;
    let waitMs = 300;
    for (;;) {
      this.#again = false;
      try {
        const directory = await readDirectory();
        if (directory.epoch !== this.store.epoch) this.history.clear();
        else this.history.refresh();
        this.store.replace(directory);
        if (!this.#again) break;
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) {
          this.#reading = false;
          this.#set('unauthorized');
          return;
        }
        if (!this.#socket.connected) {
          // The next welcome starts over.
          this.#reading = false;
          return;
        }
      }
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      waitMs = Math.min(5000, waitMs * 2);
    }
    this.#reading = false;
    const rows = this.#rowsBuffer.splice(0);
    for (const [each, seq] of rows) this.store.upsert(each, seq);
    this.#apply(this.#buffer.splice(0));
    this.#sendWatch();
    if (this.#socket.connected) this.#set('live');
  }

  #sendWatch(): void {
    if (!this.#socket.connected || this.store.epoch === '') return;
    const { epoch } = this.store;
    this.#socket.emit('watch', { rows: this.#watched, hz: HZ }, (answer) => {
      if (answer?.ok && answer.epoch !== epoch && answer.epoch !== this.store.epoch) this.#resync();
    });
  }
}
