import type { Delta, Directory, Role, RowSummary, UiClientEvents, UiServerEvents, Watch } from '@cb/protocol';
import { io, type Socket } from 'socket.io-client';
import { noteServerTime, serverNow } from '../lib/clock.ts';
import { createListeners } from '../lib/listeners.ts';
import { repaint } from '../lib/painter.ts';
import { ApiError, readDirectory, readMarkers } from './api.ts';
import { History } from './history.ts';
import { MarkerStore } from './markers.ts';
import { FleetStore } from './store.ts';
import { isSwapped, readToken, restoreToken, swapToken, writeToken } from './token.ts';

export type ConnectionState = 'connecting' | 'live' | 'reconnecting' | 'unauthorized';

/** Who one is to the server, whether anybody can act from its pages at all, and whether alerts are configured. */
export interface Standing {
  role: Role;
  control: boolean;
  alerts: boolean;
}

/** Frames a second of the watched rows; `?hz=10` in the address asks for more. */
const HZ = Math.min(10, Math.max(1, Number(new URLSearchParams(location.search).get('hz')) || 4));
/** The server says its totals once a second; after this much silence it is gone, whatever the socket thinks. */
const SILENCE_MS = 10_000;
/** A server that knows the question answers at once. */
const FOLLOW_MS = 3_000;
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
  readonly markers = new MarkerStore();
  readonly changed = createListeners();
  #socket: Socket<UiServerEvents, UiClientEvents>;
  #state: ConnectionState = 'connecting';
  #standing: Standing = { role: 'viewer', control: false, alerts: false };
  /** When the server was last heard, on this machine's clock and on the server's. */
  #heardAt = 0;
  #heardServerAt = 0;
  #reading = false;
  /** The first directory, on its way beside the line; whether it came. */
  #early: Promise<boolean> | undefined;
  #again = false;
  #buffer: Delta[] = [];
  #rowsBuffer: [RowSummary[], number][] = [];
  #watched: number[] = [];
  #instances = false;
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
  standing = (): Standing => this.#standing;

  /** Milliseconds since the server was last heard. */
  ageMs(): number {
    return this.#heardAt === 0 ? 0 : Math.max(0, Date.now() - this.#heardAt);
  }

  /** Up to when lanes are known, in server time: the present while the line is up. */
  knownUntil(): number {
    if (this.#state === 'live') return Number.POSITIVE_INFINITY;
    return this.#heardServerAt === 0 ? Number.POSITIVE_INFINITY : this.#heardServerAt;
  }

  /** Resolves when the first list of breakers came, or will not. */
  open(): Promise<unknown> {
    // Asked for beside the line, not after it: what changes before the line stands is told again.
    this.#early = readDirectory().then(
      (directory) => {
        this.#take(directory);
        return true;
      },
      () => false,
    );
    this.#socket.connect();
    return this.#early;
  }

  useToken(token: string): void {
    writeToken(token);
    this.#set('connecting');
    this.#socket.disconnect().connect();
  }

  /** With a token that was tried. What is on screen stays while the line is drawn anew. */
  takeControl(token: string): void {
    swapToken(token);
    this.#socket.disconnect().connect();
  }

  giveControlBack(): void {
    restoreToken();
    this.#stand({ ...this.#standing, role: 'viewer' });
    this.#socket.disconnect().connect();
  }

  /** Which rows are on screen, and whether with their instances. Scrolling says it often; the server hears the last one. */
  watch(rows: readonly number[], instances = false): void {
    this.#watched = [...rows];
    this.#instances = instances;
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
      const { role, control, alerts } = welcome;
      this.#stand({ role: role ?? 'viewer', control: control ?? false, alerts: alerts ?? false });
      if (welcome.epoch === this.store.epoch && !this.#reading) void this.#resume();
      else this.#resync();
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
    socket.on('marker', (marker) => this.markers.add(marker));
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
        this.#refused();
        return;
      }
      this.#set(this.#heardAt === 0 ? 'connecting' : 'reconnecting');
      // Refused by the server rather than unreachable: socket.io does not try that again by itself.
      if (!socket.active) setTimeout(() => socket.connect(), 2000);
    });
  }

  /** An operator's token that is no longer good takes nobody's right to look. */
  #refused(): void {
    if (isSwapped()) this.giveControlBack();
    else this.#set('unauthorized');
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

  #stand(standing: Standing): void {
    const { role, control, alerts } = this.#standing;
    if (standing.role === role && standing.control === control && standing.alerts === alerts) return;
    this.#standing = standing;
    this.changed.emit();
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

  /** A directory is there, or the line broke and the server is the same: it tells what was missed, where it still has that. */
  async #resume(): Promise<void> {
    this.#reading = true;
    this.#again = false;
    this.#early = undefined;
    if ((await this.#follow()) && !this.#again) this.#goOn();
    else await this.#read();
  }

  /** What came meanwhile goes on top of what was read. */
  #goOn(): void {
    this.#reading = false;
    for (const [rows, seq] of this.#rowsBuffer.splice(0)) this.store.upsert(rows, seq);
    this.#apply(this.#buffer.splice(0));
    this.#sendWatch();
    this.#readMarkers();
    if (this.#socket.connected) this.#set('live');
  }

  /** Asks to be told everything after what the page knows. What was held back until then is among it. */
  async #follow(): Promise<boolean> {
    const { epoch, seq } = this.store;
    try {
      const { ok } = await this.#socket.timeout(FOLLOW_MS).emitWithAck('follow', { epoch, seq });
      if (ok) this.#buffer = [];
      return ok;
    } catch {
      // Cut off again, or a server that is older than the question.
      return false;
    }
  }

  #take(directory: Directory<RowSummary>): void {
    if (directory.epoch !== this.store.epoch) this.history.clear();
    else this.history.refresh();
    this.store.replace(directory);
  }

  async #read(): Promise<void> {
    this.#reading = true;
    const early = this.#early;
    this.#early = undefined;
    this.#again = false;
    const enough = (await early) === true && (await this.#follow()) && !this.#again;
    for (let waitMs = 300; !enough; waitMs = Math.min(5000, waitMs * 2)) {
      this.#again = false;
      try {
        this.#take(await readDirectory());
        if (!this.#again) break;
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) {
          this.#reading = false;
          this.#refused();
          return;
        }
        if (!this.#socket.connected) {
          // The next welcome starts over.
          this.#reading = false;
          return;
        }
      }
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
    this.#goOn();
  }

  /** A server that is older than markers has none. */
  #readMarkers(): void {
    readMarkers().then(
      (list) => this.markers.replace(list),
      () => {},
    );
  }

  #sendWatch(): void {
    if (!this.#socket.connected || this.store.epoch === '') return;
    const { epoch } = this.store;
    const watch: Watch = { rows: this.#watched, hz: HZ };
    if (this.#instances) watch.instances = true;
    this.#socket.emit('watch', watch, (answer) => {
      if (answer?.ok && answer.epoch !== epoch && answer.epoch !== this.store.epoch) this.#resync();
    });
  }
}
