// One instance of a service with one breaker. The test says over the channel how its calls go.
import { setTimeout as sleep } from 'node:timers/promises';
import { createBreaker, failureRatio, fixed, lastCalls } from '@cb/core';
import { connectDashboard } from '@cb/reporter';

const { url, service, instance, breaker: name, more } = JSON.parse(process.argv[2]);
let mood = 'well';
process.on('message', (next) => {
  mood = next;
});
process.on('disconnect', () => process.exit(0));

const breaker = createBreaker({
  name,
  window: lastCalls(20),
  openWhen: failureRatio(0.5, { minimumCalls: 20 }),
  stayOpen: fixed(1_500),
  probing: { probes: 2, atOnce: 1 },
});
connectDashboard({ url, service, instance, breakers: [breaker], ...more });
process.send('ready');

async function call() {
  // Probes take their time, so that half-open can be seen.
  await sleep(breaker.state === 'half-open' ? 400 : 5);
  if (mood === 'failing') throw Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });
}

for (;;) {
  await breaker.execute(call).catch(() => {});
  await sleep(40);
}
