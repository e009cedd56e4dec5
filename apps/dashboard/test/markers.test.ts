import { LANE, type Marker, type MarkerList, type Moment, readMarker } from '@cb/protocol';
import { describe, expect, it } from 'vitest';
import { MarkerLog } from '../src/server/marker-log.ts';
import type { DashboardServer } from '../src/server/server.ts';
import {
  changeOf,
  client,
  heard,
  helloOf,
  randomFrom,
  read,
  registrationOf,
  service,
  start,
} from './support.ts';

const NOW = 1_700_000_000_000;
const TOKENS = {
  ingestToken: 'ingest-token',
  viewToken: 'view-token',
  controlToken: 'control-token',
  adminToken: 'admin-token',
};

function post(
  server: DashboardServer,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${server.url}api/v1/markers`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

describe('a marker', () => {
  it('is read into a fresh one, with a time and a kind where they are left out', () => {
    expect(readMarker({ text: ' payments 4812 ', extra: 1 }, NOW)).toEqual({
      t: NOW,
      text: 'payments 4812',
      kind: 'deploy',
    });
    const whole = {
      text: 'maintenance',
      t: NOW - 5_000,
      kind: 'note',
      service: 'payments',
      version: '1.4.2',
      url: 'https://ci.example.com/builds/4812?tab=log#end',
    };
    expect(readMarker(whole, NOW)).toEqual(whole);
  });

  const poison: [string, unknown, RegExp][] = [
    ['nothing', undefined, /^a marker is an object with a text/],
    ['a list', [{ text: 'x' }], /^a marker is an object/],
    ['no text', {}, /^text must say/],
    ['an object for a text', { text: { toString: 'x' } }, /^text must say/],
    ['invisible text', { text: '\u202e\u0000\u200b' }, /^text must have 1 to 120 .* got 0$/],
    ['a novel', { text: 'x'.repeat(121) }, /got 121$/],
    ['a word for a time', { text: 'x', t: 'now' }, /^t must be epoch milliseconds$/],
    ['seconds', { text: 'x', t: NOW / 1_000 }, /that is in seconds$/],
    ['the far future', { text: 'x', t: NOW + 3_600_000 }, /^t must be at most 24 hours ago/],
    ['the last week', { text: 'x', t: NOW - 7 * 86_400_000 }, /^t must be at most 24 hours ago/],
    ['another kind', { text: 'x', kind: '__proto__' }, /^kind must be deploy or note$/],
    ['an empty service', { text: 'x', service: ' ' }, /^service must be the name/],
    ['a number for a version', { text: 'x', version: 1.4 }, /^version must be text/],
    ['a script for a link', { text: 'x', url: 'javascript:alert(1)' }, /^url must begin with http/],
    ['data for a link', { text: 'x', url: 'data:text/html,<script>' }, /^url must begin/],
    ['a link with a password', { text: 'x', url: 'https://me:secret@example.com/' }, /^url must begin/],
    [
      'a link that hides its host',
      { text: 'x', url: 'https://example.com\\@evil.example/' },
      /^url must begin/,
    ],
    ['a link without a host', { text: 'x', url: 'https:///etc' }, /^url must begin/],
    ['a link with a line', { text: 'x', url: 'https://example.com/\nx' }, /^url must begin/],
    ['an endless link', { text: 'x', url: `https://example.com/${'x'.repeat(500)}` }, /^url must begin/],
  ];
  it.each(poison)('with %s is refused in a sentence', (_what, value, sentence) => {
    expect(readMarker(value, NOW)).toMatch(sentence);
  });

  it('never throws, whatever is posted', () => {
    const random = randomFrom(5);
    const pieces = [null, -1, 1e300, Number.NaN, '', 'x', '\ud800', {}, [], true, 'https://x', NOW];
    const pick = (): unknown => pieces[Math.floor(random() * pieces.length)];
    for (let i = 0; i < 5_000; i++) {
      const value = { text: pick(), t: pick(), kind: pick(), service: pick(), version: pick(), url: pick() };
      const marker = readMarker(random() < 0.9 ? value : pick(), NOW);
      if (typeof marker === 'object') expect(JSON.parse(JSON.stringify(marker))).toEqual(marker);
    }
  });
});

describe('a log of markers', () => {
  it('keeps them in order of time, whatever the order they came in, and only so many', () => {
    const log = new MarkerLog(100);
    const random = randomFrom(3);
    for (let i = 0; i < 500; i++) log.add({ t: Math.floor(random() * 1_000), text: `${i}`, kind: 'note' });
    const kept = log.read(0, 1_000).map(({ t }) => t);
    expect(kept).toHaveLength(100);
    expect(kept).toEqual([...kept].sort((a, b) => a - b));
    expect(log.read(kept[10] as number, kept[20] as number).length).toBeGreaterThanOrEqual(11);
  });

  it('knows the deploy before a moment: of that service or of all, not long before, and no note', () => {
    const log = new MarkerLog();
    const told: [number, Partial<Marker>][] = [
      [100, { service: 'a', text: 'a1' }],
      [200, { service: 'b', text: 'b1' }],
      [300, { text: 'all' }],
      [400, { service: 'a', kind: 'note', text: 'note' }],
      [500, { service: 'a', text: 'a2' }],
    ];
    for (const [t, more] of told) log.add({ t, text: '', kind: 'deploy', ...more });
    const before = (name: string, t: number): string | undefined => log.deployBefore(name, t, 150)?.text;
    expect([before('a', 99), before('a', 120), before('b', 299), before('b', 420)]).toEqual([
      undefined,
      'a1',
      'b1',
      'all',
    ]);
    expect([before('a', 451), before('a', 500), before('b', 600)]).toEqual([undefined, 'a2', undefined]);
  });
});

describe('markers over HTTP', () => {
  it('are posted by operators and by who has the token of services, and read by all who may look', async () => {
    const server = await start(TOKENS);
    const statuses: number[] = [];
    for (const token of ['view-token', 'control-token', 'admin-token', 'ingest-token', 'wrong-token']) {
      statuses.push((await post(server, { text: token }, bearer(token))).status);
    }
    statuses.push((await post(server, { text: 'no token' })).status);
    expect(statuses).toEqual([403, 201, 201, 201, 401, 401]);
    const markers = `${server.url}api/v1/markers`;
    const list = await fetch(markers, { headers: bearer('view-token') });
    const texts = ((await list.json()) as MarkerList).markers.map(({ text }) => text);
    expect(texts).toEqual(['control-token', 'admin-token', 'ingest-token']);
    // The token of services opens this one door only, and not from a page.
    expect((await fetch(markers, { headers: bearer('ingest-token') })).status).toBe(401);
    const page = { ...bearer('ingest-token'), origin: server.url.slice(0, -1) };
    expect((await post(server, { text: 'from a page' }, page)).status).toBe(401);
  });

  it('need no token from this machine where services need none, but never come from a page without one', async () => {
    const server = await start();
    expect((await post(server, { text: 'local' })).status).toBe(201);
    expect((await post(server, { text: 'page' }, { origin: server.url.slice(0, -1) })).status).toBe(403);
    expect((await post(server, { text: 'guess' }, bearer('some-token'))).status).toBe(403);
    const refused = await post(server, { text: '' });
    expect([refused.status, await refused.text()]).toEqual([
      400,
      'text must have 1 to 120 printable characters, got 0\n',
    ]);
    expect((await fetch(`${server.url}api/v1/markers`, { method: 'POST', body: 'text=x' })).status).toBe(415);
  });

  it('reach every open page at once', async () => {
    const server = await start();
    const browsers = [client(server, 'ui'), client(server, 'ui')];
    await Promise.all(browsers.map((browser) => heard(browser, 'welcome')));
    const told = Promise.all(browsers.map((browser) => heard<Marker>(browser, 'marker')));
    const posted = (await (
      await post(server, { text: 'payments 4812', service: 'payments' })
    ).json()) as Marker;
    expect(posted).toMatchObject({ marker: 1, kind: 'deploy', service: 'payments' });
    expect(await told).toEqual([posted, posted]);
  });

  it('stand beside the opening that came soon after, with the instances it was on', async () => {
    const server = await start();
    const first = await service(server, { instance: 'a' });
    await service(server, { instance: 'b' });
    const deploy = (await (await post(server, { text: 'checkout 7', service: 'checkout' })).json()) as Marker;
    await post(server, { text: 'other 1', service: 'other' });
    const t = Date.now();
    await first.emitWithAck('st', [
      changeOf(1, { t, outcomes: 'oe', errors: [{ name: 'E', message: 'm', count: 2 }] }),
    ]);
    const moment = await read<Moment>(server, `moment?row=1&t=${Date.now() + 1_000}`);
    expect(moment).toMatchObject({
      row: 1,
      code: LANE.open,
      counts: [0, 1, 0, 0, 1],
      took: 1,
      of: 2,
      event: { instance: 'a', errors: [{ count: 2 }] },
      deploy,
    });
    expect(moment.event).not.toHaveProperty('outcomes');
    expect(moment.until).toBeUndefined();
    const before = await read<Moment>(server, `moment?row=1&t=${moment.since - 1}`);
    expect(before).toMatchObject({ code: LANE.closed, until: moment.since, took: 2, of: 2 });
    expect((await fetch(`${server.url}api/v1/moment?row=99&t=1`)).status).toBe(404);
    expect((await fetch(`${server.url}api/v1/moment?row=1`)).status).toBe(400);
  });
});

describe('a search for instances', () => {
  it('names the rows that have one whose name holds the text', async () => {
    const server = await start();
    for (const [instance, ids] of [
      ['Pod-a', [1, 2]],
      ['pod-b', [2, 3]],
    ] as const) {
      const socket = client(server, 'ingest');
      await socket.emitWithAck('hello', helloOf({ instance, boot: instance }));
      await socket.emitWithAck(
        'reg',
        ids.map((id) => registrationOf(id)),
      );
    }
    const found = async (like: string): Promise<number[]> =>
      (await read<{ row: number[] }>(server, `instances?like=${encodeURIComponent(like)}`)).row;
    expect([await found('pod-A'), await found('POD'), await found('.*')]).toEqual([[1, 1], [1, 1, 1], []]);
    expect((await fetch(`${server.url}api/v1/instances`)).status).toBe(400);
  });
});
