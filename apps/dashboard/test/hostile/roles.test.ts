import { describe, expect, it, vi } from 'vitest';
import { Access } from '../../src/server/access.ts';
import { type Route, Routes } from '../../src/server/routes.ts';
import { client, heard, start } from '../support.ts';
import { arena, ask } from './arena.ts';

const TOKENS = {
  ingestToken: 'ingest-token-1',
  viewToken: 'viewer-token-1',
  controlToken: 'control-token-1',
  adminToken: 'admin-token-1',
};

/** All routes of a server, as it adds them. */
const adding = vi.spyOn(Routes.prototype, 'add');
const field = arena(TOKENS);

const WHO = ['nobody', 'a guesser', 'a service', 'a viewer', 'an operator', 'an admin'] as const;
const GIVEN: Record<(typeof WHO)[number], string | undefined> = {
  nobody: undefined,
  'a guesser': 'not-a-token',
  'a service': TOKENS.ingestToken,
  'a viewer': TOKENS.viewToken,
  'an operator': TOKENS.controlToken,
  'an admin': TOKENS.adminToken,
};
/** What each of them is told, in the order of WHO. Viewers read; 400 and 404 mean that the request was looked at. */
const READ = (status: number): number[] => [401, 401, 401, status, status, status];
const EXPECTED: Record<string, number[]> = {
  'GET directory': READ(200),
  'GET timeline': READ(200),
  'GET events': READ(200),
  'GET series': READ(400),
  'GET breaker': READ(400),
  'GET policies': READ(200),
  'GET stats': READ(200),
  'GET overview': READ(200),
  'GET strip': READ(200),
  'GET moment': READ(400),
  'GET instances': READ(400),
  'GET trace': READ(400),
  'GET export': READ(200),
  'GET window/:eventId': READ(400),
  'GET alerts': READ(200),
  'POST alerts/test': [401, 401, 401, 403, 403, 400],
  'GET markers': READ(200),
  // A program that reports may mark a deploy.
  'POST markers': [401, 401, 400, 403, 400, 400],
  'GET audit': [401, 401, 401, 403, 200, 200],
  'POST control': [401, 401, 401, 403, 400, 400],
};

describe('every route answers every role', () => {
  it('as it is written down here: a new route needs a line', () => {
    const added = (adding.mock.calls as Route[][]).flat().map(({ method, path }) => `${method} ${path}`);
    expect(added.sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  it.each(Object.entries(EXPECTED))('%s', async (route, expected) => {
    const [method = '', path = ''] = route.split(' ');
    // One for each route: wrong tokens of one address are counted.
    const server = await start(TOKENS);
    const statuses: number[] = [];
    for (const who of WHO) {
      const token = GIVEN[who];
      const headers = {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      };
      const body = method === 'POST' ? '{}' : undefined;
      statuses.push(
        (
          await ask(server, `/api/v1/${path}`, {
            method,
            headers,
            ...(body === undefined ? {} : { body }),
          })
        ).status,
      );
    }
    expect(statuses).toEqual(expected);
  });

  it.each(['PUT', 'DELETE', 'PATCH', 'TRACE', 'OPTIONS', 'PROPFIND'])('%s is for nobody', async (method) => {
    for (const route of Object.keys(EXPECTED)) {
      const headers = { authorization: `Bearer ${TOKENS.adminToken}` };
      const answer = await ask(field.server, `/api/v1/${route.split(' ')[1]}`, { method, headers });
      expect(answer.status).toBe(405);
    }
  });

  it('a role goes up and never down: each may do what the one before it may', () => {
    for (const row of Object.values(EXPECTED)) {
      const allowed = row.slice(3).map((status) => Number(status !== 403));
      expect(allowed).toEqual([...allowed].sort((a, b) => a - b));
    }
  });
});

describe('the socket of a viewer', () => {
  it('says its own role and nothing of tokens', async () => {
    for (const [token, role] of [
      [TOKENS.viewToken, 'viewer'],
      [TOKENS.controlToken, 'operator'],
      [TOKENS.adminToken, 'admin'],
    ]) {
      const welcome = await heard<Record<string, unknown>>(
        client(field.server, 'ui', { auth: { token } }),
        'welcome',
      );
      expect(welcome.role).toBe(role);
      expect(Object.keys(welcome).sort()).toEqual(['alerts', 'control', 'epoch', 'now', 'role', 'seq']);
    }
  });

  it.each(['ctl', 'control', 'act', 'configure', 'audit', 'hello', 'st', 'reg', 'welcome', 'constructor'])(
    'that says %s is not heard',
    async (event) => {
      const { refused, rows } = field.server.stats();
      const socket = client(field.server, 'ui', { auth: { token: TOKENS.adminToken } });
      await heard(socket, 'welcome');
      socket.emit(event, { op: 'isolate', rows: [1], reason: 'because' });
      expect(await socket.emitWithAck('watch', { rows: [], hz: 1 })).toMatchObject({ ok: true });
      expect(field.server.stats().refused.unknownMessage).toBe(refused.unknownMessage + 1);
      expect(field.server.stats().rows).toBe(rows);
    },
  );
});

describe('what is denied', () => {
  it('stands in the audit log without a token, and no log line has one', async () => {
    const headers = { authorization: `Bearer ${TOKENS.viewToken}`, 'content-type': 'application/json' };
    await ask(field.server, '/api/v1/control', { method: 'POST', headers, body: '{"reason":"because"}' });
    const audit = await ask(field.server, '/api/v1/audit', {
      headers: { authorization: `Bearer ${TOKENS.controlToken}` },
    });
    expect(audit.body).toContain('"action":"denied"');
    for (const token of Object.values(TOKENS))
      expect(audit.body + field.lines.join('\n')).not.toContain(token);
  });
});

describe('guessing', () => {
  it('has to wait at every door, also at the one that takes tokens of services', async () => {
    const server = await start(TOKENS);
    const mark = async (token: string): Promise<number> => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      return (await ask(server, '/api/v1/markers', { method: 'POST', headers, body: '{}' })).status;
    };
    expect(await mark(TOKENS.ingestToken)).toBe(400);
    for (let i = 0; i < 20; i++) expect(await mark(`guess-${i}`)).toBe(401);
    expect(await mark(TOKENS.ingestToken)).toBe(429);
  });
});

describe('tokens', () => {
  it.each<[string, unknown]>([
    ['a prefix', 'viewer-token'],
    ['one more character', 'viewer-token-1 '],
    ['another case', 'Viewer-token-1'],
    ['nothing', ''],
    ['a list', ['viewer-token-1']],
    ['an object', { toString: () => 'viewer-token-1' }],
    ['a buffer', Buffer.from('viewer-token-1')],
    ['a number', 1],
    ['true', true],
    ['null', null],
    ['a megabyte', 'x'.repeat(2 ** 20)],
    ['a lone surrogate', '\ud800'.repeat(14)],
  ])('%s is not the one', (_what, given) => {
    expect(new Access(TOKENS).check(given, '192.0.2.1', 0)).toBe('unauthorized');
  });

  it('of 2^64 addresses of one network are guesses of one', () => {
    const access = new Access(TOKENS);
    const answers = Array.from({ length: 30 }, (_, i) =>
      access.check('guess', `2001:db8:1:2::${i.toString(16)}`, 0),
    );
    expect(answers.filter((answer) => answer === 'authRate')).toHaveLength(10);
    expect(access.check('guess', '2001:db8:1:3::1', 0)).toBe('unauthorized');
    expect(access.check('guess', '::ffff:192.0.2.7', 0)).toBe('unauthorized');
  });
});

field.standsAtTheEnd();
