// The dashboard that a tutorial would write: what a service says is kept by its name and sent on to every browser, event by event.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { serve } from './child.ts';
import { readUsage } from './usage.ts';

const http = createServer();
const io = new Server(http);
const browsers = io.of('/ui');
const breakers = new Map<string, { counters?: unknown; state?: unknown }>();
let heard = 0;

browsers.on('connection', (socket) => {
  socket.emit('breakers', [...breakers]);
});
io.of('/ingest').on('connection', (socket) => {
  socket.on('counters', (event) => {
    heard++;
    const key = `${event.service}/${event.breaker}`;
    breakers.set(key, { ...breakers.get(key), counters: event });
    browsers.emit('counters', event);
  });
  socket.on('state-changed', (event) => {
    const key = `${event.service}/${event.breaker}`;
    breakers.set(key, { ...breakers.get(key), state: event });
    browsers.emit('state-changed', event);
  });
});

serve({
  start: async () => {
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(http.address() as AddressInfo).port}/`;
  },
  usage: (collect: boolean) => ({ ...readUsage(collect), events: heard }),
});
