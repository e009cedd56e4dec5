import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { Access } from '../src/server/access.ts';
import { AuditLog } from '../src/server/audit.ts';
import { Fleet } from '../src/server/fleet.ts';
import { Guard } from '../src/server/guard.ts';
import { createHttp } from '../src/server/http.ts';
import { IngestAccess } from '../src/server/ingest-access.ts';
import { Lifecycle, type Resource } from '../src/server/lifecycle.ts';
import { Refusals } from '../src/server/refusals.ts';
import { Routes } from '../src/server/routes.ts';
import { StaticFiles } from '../src/server/static-files.ts';
import { client, heard, start, until } from './support.ts';

/** Resources that note what happens to them. */
function noted(): { notes: string[]; resource: (name: string, more?: Partial<Resource>) => Resource } {
  const notes: string[] = [];
  const resource = (name: string, more: Partial<Resource> = {}): Resource => ({
    name,
    open: () => void notes.push(`open ${name}`),
    close: () => void notes.push(`close ${name}`),
    ...more,
  });
  return { notes, resource };
}

it('opens in order and closes in reverse', async () => {
  const { notes, resource } = noted();
  const lifecycle = new Lifecycle();
  lifecycle.add(resource('a'));
  lifecycle.add(resource('b'));
  expect(lifecycle.phase).toBe('starting');
  await lifecycle.open();
  expect(lifecycle.phase).toBe('ready');
  await lifecycle.close();
  expect(lifecycle.phase).toBe('closing');
  expect(notes).toEqual(['open a', 'open b', 'close b', 'close a']);
});

it('closes what was open when one does not open', async () => {
  const { notes, resource } = noted();
  const lifecycle = new Lifecycle();
  lifecycle.add(resource('a'));
  lifecycle.add(resource('b', { open: () => Promise.reject(new Error('disk full')) }));
  lifecycle.add(resource('c'));
  await expect(lifecycle.open()).rejects.toThrow('disk full');
  expect(notes).toEqual(['open a', 'close a']);
});

it('closes the others when one does not close, and says which', async () => {
  const { notes, resource } = noted();
  const lifecycle = new Lifecycle();
  lifecycle.add(resource('a'));
  lifecycle.add(resource('b', { close: () => Promise.reject(new Error('disk full')) }));
  await lifecycle.open();
  await expect(lifecycle.close()).rejects.toThrow('b did not close: disk full');
  expect(notes).toEqual(['open a', 'open b', 'close a']);
});

it('answers /readyz with 503 until it is ready and from closing on, and nothing else meanwhile but /healthz', async () => {
  const tokens = { viewToken: undefined, controlToken: undefined, adminToken: undefined };
  const lifecycle = new Lifecycle();
  const guard = new Guard({ host: '127.0.0.1', allowedHosts: [], allowedOrigins: [] });
  const context = {
    fleet: new Fleet(),
    refusals: new Refusals(),
    lifecycle,
    now: Date.now,
    monotonic: () => 0,
    alerts: false,
    control: false,
    audit: new AuditLog({ now: Date.now, monotonic: () => 0, sinks: [] }),
    log: () => {},
  };
  const files = new StaticFiles('/nowhere');
  const parts = {
    context,
    guard,
    access: new Access(tokens),
    ingestAccess: new IngestAccess({ ingestToken: undefined, ingestTokens: new Map() }),
    routes: new Routes(),
    files,
    stats: () => ({}),
  };
  const http = createServer(createHttp(parts));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void http.close());
  const { port } = http.address() as AddressInfo;
  guard.listen(port);
  const ask = async (path: string): Promise<string> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return `${response.status} ${(await response.text()).trim()}`;
  };
  expect([await ask('/readyz'), await ask('/'), await ask('/api/v1/x'), await ask('/healthz')]).toEqual([
    '503 starting',
    '503 starting',
    '503 starting',
    '200 {}',
  ]);
  await lifecycle.open();
  expect(await ask('/readyz')).toBe('200 ready');
  expect(await ask('/api/v1/x')).toMatch(/^404/);
  lifecycle.leave();
  expect([await ask('/readyz'), await ask('/'), await ask('/healthz')]).toEqual([
    '503 closing',
    '503 closing',
    '200 {}',
  ]);
});

it('is ready once it has started, and tells pages and services when it goes, so that they look for it again', async () => {
  const server = await start();
  expect((await fetch(`${server.url}readyz`)).status).toBe(200);
  const page = client(server, 'ui', { reconnection: true, reconnectionDelay: 1 });
  const service = client(server, 'ingest', { reconnection: true, reconnectionDelay: 1 });
  await until(() => page.connected && service.connected, 'both are connected');
  const gone = Promise.all([heard(page, 'disconnect'), heard(service, 'disconnect')]);
  await server.close();
  // Any other reason, 'io server disconnect' say, would mean: do not come again.
  expect(await gone).toEqual(['transport close', 'transport close']);
  expect([page.active, service.active]).toEqual([true, true]);
});
