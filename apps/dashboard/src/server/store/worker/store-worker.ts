import { parentPort, workerData } from 'node:worker_threads';
import { createStore, type StorePlace } from '../create-store.ts';
import type { HistoryStore } from '../history-store.ts';
import type { Answer, Method, Question } from './messages.ts';

// Runs in a worker: opens a store and does with it what it is told, one thing after the other.
let store: HistoryStore | undefined;

async function answer({ id, method, argument }: Question): Promise<Answer> {
  try {
    store ??= createStore(workerData as StorePlace);
    const call = store[method] as (argument: unknown) => unknown;
    return { id, value: await call.call(store, argument) };
  } catch (error) {
    return { id, problem: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.on('message', (question: Question) => {
  void answer(question).then((reply) => {
    parentPort?.postMessage(reply);
    if (question.method === ('close' satisfies Method)) parentPort?.close();
  });
});
