// One instance of a service that takes commands. The test says over the channel whether it decides about them.
import { createBreaker } from '@cb/core';
import { connectDashboard } from '@cb/reporter';

const { url, breaker: name } = JSON.parse(process.argv[2]);
let decides = true;
process.on('message', (next) => {
  decides = next === 'decide';
  process.send('heard');
});
process.on('disconnect', () => process.exit(0));

const breaker = createBreaker({ name });
connectDashboard({
  url,
  service: 'orders',
  instance: 'orders-1',
  breakers: [breaker],
  allowRemoteControl: () => {
    process.send('asked');
    return decides || new Promise(() => {});
  },
  onControl: ({ op, by }, { ok }) => process.send(`${op} by ${by}: ${ok ? breaker.mode : 'refused'}`),
});
