// All browsers of a run, in one process: thin readers of the websocket that do only what the page must do. Not measured.
import type { Directory, EventRecord, Frame } from '@cb/protocol';
import WebSocket from 'ws';
import { serve } from './child.ts';
import { ageOf } from './load.ts';

/** Rows in sight of one browser, and frames a second: what the page asks for. */
const WATCHED = 48;
const HZ = 4;
/** A naive server says so much that its readers look only for the last moment in what arrives together. */
const MOMENT = '"t":';
/** Heartbeats that nobody reads are answered all the same, this often. */
const PONG_MS = 5_000;

interface Start {
  readonly design: 'naive' | 'ours';
  readonly url: string;
  readonly browsers: number;
}

class Browser {
  readonly socket: WebSocket;
  readonly #start: Start;
  readonly #place: number;
  bytes = 0;
  /** Milliseconds from a state change, and from a counter, to its arrival. */
  changes: number[] = [];
  counters: number[] = [];
  resyncs = 0;
  /** Notes of state changes that arrived, by any way, and when. */
  readonly marks: Map<string, number> = new Map();
  /** The note that a reader of the naive server looks for. */
  awaited = '';

  constructor(start: Start, place: number) {
    this.#start = start;
    this.#place = place;
    const url = `${start.url.replace('http', 'ws')}socket.io/?EIO=4&transport=websocket`;
    this.socket = new WebSocket(url, { perMessageDeflate: false });
    this.socket.on('message', (data: Buffer) => this.#read(data));
  }

  #read(data: Buffer): void {
    this.bytes += data.length;
    // Engine.io says its type in the first byte: 0 open, 2 ping, 4 message.
    const type = data[0];
    if (type === 0x32) this.socket.send('3');
    else if (type === 0x30) this.#join();
    else if (type === 0x34) void this.#ours(data.toString());
  }

  #join(): void {
    this.socket.send('40/ui,{}');
    if (this.#start.design === 'ours') return;
    // Frame by frame would cost the readers more than the server: they take what comes as it comes.
    net(this).removeAllListeners('data');
    net(this).on('data', (chunk: Buffer) => this.#naive(chunk));
    setInterval(() => this.socket.send('3'), PONG_MS);
  }

  #naive(chunk: Buffer): void {
    this.bytes += chunk.length;
    const now = Date.now();
    const at = chunk.lastIndexOf(MOMENT);
    const t = at === -1 ? Number.NaN : Number.parseInt(chunk.toString('latin1', at + 4, at + 17), 10);
    if (t > now - 600_000 && t <= now) {
      this.changes.push(now - t);
      this.counters.push(now - t);
    }
    if (this.awaited !== '' && chunk.includes(this.awaited)) this.marks.set(this.awaited, now);
  }

  async #ours(text: string): Promise<void> {
    if (text.startsWith('40/ui,')) return await this.#watch();
    if (!text.startsWith('42/ui,')) return;
    const [event, value] = JSON.parse(text.slice(6)) as [string, unknown];
    if (event === 'f') this.#frame(value as Frame);
    else if (event === 's')
      for (const { event: change } of value as { event?: EventRecord }[]) this.#heard(change);
    else if (event === 'resync') {
      this.resyncs++;
      for (const { last } of (await this.#directory()).rows) this.#heard(last, false);
    }
  }

  #frame(frame: Frame): void {
    this.socket.send(`42/ui,["ok",${frame.frame}]`);
    const now = Date.now();
    for (const stamp of frame.inFlight) this.counters.push(ageOf(stamp, now));
  }

  #heard(change: EventRecord | undefined, live = true): void {
    if (change === undefined) return;
    const now = Date.now();
    if (live) this.changes.push(now - change.t);
    if (change.note && !this.marks.has(change.note)) this.marks.set(change.note, now);
  }

  async #directory(): Promise<Directory> {
    return (await (await fetch(`${this.#start.url}api/v1/directory`)).json()) as Directory;
  }

  async #watch(): Promise<void> {
    const { rows } = await this.#directory();
    const first = (this.#place * WATCHED) % Math.max(1, rows.length - WATCHED);
    const watched = rows.slice(first, first + WATCHED).map(({ row }) => row);
    this.socket.send(`42/ui,0["watch",${JSON.stringify({ rows: watched, hz: HZ })}]`);
  }

  forget(): void {
    this.bytes = this.resyncs = 0;
    this.changes = [];
    this.counters = [];
  }
}

/** What the readers saw since they last forgot. */
export interface Seen {
  readonly bytesPerBrowser: number;
  readonly changeMs: { readonly p50: number; readonly p99: number };
  readonly counterMs: { readonly p50: number; readonly p99: number };
  readonly resyncs: number;
}

function percentiles(values: readonly number[]): { p50: number; p99: number } {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

let browsers: Browser[] = [];
let isOurs = true;
const net = (browser: Browser): import('node:net').Socket =>
  (browser.socket as unknown as { _socket: import('node:net').Socket })._socket;

serve({
  start: async (start: Start) => {
    isOurs = start.design === 'ours';
    browsers = Array.from({ length: start.browsers }, (_, place) => new Browser(start, place));
    await Promise.all(
      browsers.map(
        ({ socket }) => new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject)),
      ),
    );
  },
  forget: () => {
    for (const browser of browsers) browser.forget();
  },
  seen: (): Seen => {
    const sum = (of: (browser: Browser) => number): number =>
      browsers.reduce((all, each) => all + of(each), 0);
    return {
      bytesPerBrowser: sum(({ bytes }) => bytes) / browsers.length,
      changeMs: percentiles(browsers.flatMap(({ changes }) => changes)),
      counterMs: percentiles(browsers.flatMap(({ counters }) => counters)),
      resyncs: sum(({ resyncs }) => resyncs),
    };
  },
  /** The first browser reads no more, right after it has answered a heartbeat: then it may be silent for longest. */
  freezeFirst: async (awaited: string) => {
    const [first] = browsers;
    if (first === undefined) throw new Error('there is no browser to freeze');
    first.awaited = awaited;
    if (isOurs)
      await new Promise<void>((resolve) => {
        const onMessage = (data: Buffer): void => {
          if (data[0] !== 0x32) return;
          first.socket.off('message', onMessage);
          resolve();
        };
        first.socket.on('message', onMessage);
      });
    net(first).pause();
  },
  thawFirst: () => {
    const [first] = browsers;
    if (first) net(first).resume();
    return Date.now();
  },
  /** When the first browser got the change with that note; undefined while it has not. */
  markAt: (note: string) => browsers[0]?.marks.get(note),
  connected: () => browsers.filter(({ socket }) => socket.readyState === WebSocket.OPEN).length,
});
