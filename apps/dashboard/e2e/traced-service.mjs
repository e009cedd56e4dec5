// One instance of a service with one breaker that many callers share. The test says over the channel how its calls go.
import { setTimeout as sleep } from 'node:timers/promises';
import { backoff, createBreaker, failureRatio, lastMs, slowRatio } from '@cb/core';
import { connectDashboard } from '@cb/reporter';

const { url, service, instance, traceCalls } = JSON.parse(process.argv[2]);
/** Share of calls that fail. */
let failing = 0;
process.on('message', (share) => {
  failing = share;
});
process.on('disconnect', () => process.exit(0));

const breaker = createBreaker({
  name: 'ledger',
  window: lastMs(3_000, { buckets: 10 }),
  openWhen: [failureRatio(0.5, { minimumCalls: 20 }), slowRatio(0.9, { slowMs: 1_000 })],
  stayOpen: backoff({ firstMs: 700, maxMs: 2_000 }),
  probing: { probes: 3, atOnce: 2 },
});
connectDashboard({ url, service, instance, breakers: [breaker], traceCalls });

let calls = 0;
async function call() {
  await sleep(2 + 10 * Math.random());
  // Evenly spread, so that a share is a share.
  const fails = Math.floor((calls + 1) * failing) > Math.floor(calls * failing);
  calls++;
  if (fails) throw Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });
}
async function caller() {
  for (;;) {
    await breaker.execute(call).catch(() => {});
    await sleep(20 + 30 * Math.random());
  }
}
for (let i = 0; i < 4; i++) void caller();
process.send('ready');
