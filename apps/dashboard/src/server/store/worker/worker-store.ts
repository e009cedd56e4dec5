import { Worker } from 'node:worker_threads';
import type { StorePlace } from '../create-store.ts';
import type { HistoryStore } from '../history-store.ts';
import type { Answer, Method, Question } from './messages.ts';

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/** What one method takes and gives. */
type Takes<M extends Method> = Parameters<HistoryStore[M]>[0];
type Gives<M extends Method> = Promise<Awaited<ReturnType<HistoryStore[M]>>>;

/**
 * A store in a thread of its own: files and databases answer synchronously, and a slow disk must not hold up what
 * services say. Where the thread dies, what was asked fails, and the next question starts another.
 */
export class WorkerStore implements HistoryStore {
  readonly name: string;
  readonly #place: StorePlace;
  readonly #waiting: Map<number, Waiting> = new Map();
  #worker: Worker | undefined;
  #asked = 0;

  constructor(place: StorePlace) {
    this.name = place.store;
    this.#place = place;
  }

  #ask<M extends Method>(method: M, argument?: Takes<M>): Gives<M> {
    const worker = this.#start();
    const question: Question = { id: ++this.#asked, method, argument };
    return new Promise((resolve, reject) => {
      // It keeps the process alive for as long as somebody waits.
      worker.ref();
      this.#waiting.set(question.id, { resolve, reject });
      worker.postMessage(question);
    }) as Gives<M>;
  }

  #start(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL('./store-worker.js', import.meta.url), { workerData: this.#place });
    worker.on('message', (answer: Answer) => this.#hear(worker, answer));
    worker.on('error', (error) => this.#lose(worker, error.message));
    worker.on('exit', (code) => this.#lose(worker, `the thread of the store ended with ${code}`));
    this.#worker = worker;
    return worker;
  }

  #hear(worker: Worker, { id, value, problem }: Answer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) worker.unref();
    if (problem === undefined) waiting?.resolve(value as never);
    else waiting?.reject(new Error(problem));
  }

  #lose(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(new Error(reason));
    this.#waiting.clear();
  }

  append: HistoryStore['append'] = (batch) => this.#ask('append', batch);
  rows: HistoryStore['rows'] = (query) => this.#ask('rows', query);
  lanes: HistoryStore['lanes'] = (query) => this.#ask('lanes', query);
  events: HistoryStore['events'] = (query) => this.#ask('events', query);
  event: HistoryStore['event'] = (event) => this.#ask('event', event);
  latest: HistoryStore['latest'] = (query) => this.#ask('latest', query);
  samples: HistoryStore['samples'] = (query) => this.#ask('samples', query);
  markers: HistoryStore['markers'] = (query) => this.#ask('markers', query);
  audit: HistoryStore['audit'] = (query) => this.#ask('audit', query);
  summary: HistoryStore['summary'] = () => this.#ask('summary');
  prune: HistoryStore['prune'] = (bounds) => this.#ask('prune', bounds);
  close: HistoryStore['close'] = async () => {
    await this.#ask('close');
    this.#worker = undefined;
  };
}
