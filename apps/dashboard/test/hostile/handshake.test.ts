import { io, type Socket } from 'socket.io-client';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DashboardOptions, DashboardServer } from '../../src/server/server.ts';
import { changeOf, heard, helloOf, registrationOf, start, until } from '../support.ts';
import { arena, frame, line } from './arena.ts';

const field = arena({ ingestToken: 'any-service-1', ingestTokens: { checkout: 'only-checkout-1' } });

function client(server: DashboardServer, token: unknown, namespace = 'ingest'): Socket {
  const socket = io(server.url + namespace, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    auth: { token },
  });
  onTestFinished(() => void socket.disconnect());
  return socket;
}

async function hello(server: DashboardServer, token: unknown, more: object = {}): Promise<[Socket, unknown]> {
  const socket = client(server, token);
  return [socket, await socket.emitWithAck('hello', helloOf(more))];
}

describe('a token of one service', () => {
  it('speaks for that service', async () => {
    const [, answer] = await hello(field.server, 'only-checkout-1', { instance: 'own' });
    expect(answer).toMatchObject({ ok: true });
  });

  it.each(['billing', 'Checkout', 'checkout-2', '__proto__', 'checkout\u001fx'])(
    'does not speak for %s',
    async (service) => {
      const before = field.server.stats();
      const socket = client(field.server, 'only-checkout-1');
      const gone = heard(socket, 'disconnect');
      const answer = await socket.emitWithAck('hello', helloOf({ service }));
      expect(answer).toMatchObject({ ok: false, error: expect.stringMatching(/^unauthorized/) });
      await gone;
      expect(field.server.stats().refused.unauthorized).toBe(before.refused.unauthorized + 1);
      expect(field.server.stats().instances).toBe(before.instances);
    },
  );

  it('leaves the others to the token of any service, and to nobody where there is none', async () => {
    const [, answer] = await hello(field.server, 'any-service-1', { service: 'billing' });
    expect(answer).toMatchObject({ ok: true });
    const strict = await start({ ingestTokens: { checkout: 'only-checkout-1' } });
    for (const token of [undefined, 'any-service-1', '']) {
      expect((await heard<Error>(client(strict, token), 'connect_error')).message).toBe('unauthorized');
    }
  });

  it('opens no other door', async () => {
    const server = await start({
      viewToken: 'viewer-token-1',
      ingestTokens: { checkout: 'only-checkout-1' },
    });
    expect((await heard<Error>(client(server, 'only-checkout-1', 'ui'), 'connect_error')).message).toBe(
      'unauthorized',
    );
    const headers = { authorization: 'Bearer only-checkout-1' };
    expect((await fetch(`${server.url}api/v1/directory`, { headers })).status).toBe(401);
  });
});

describe('a running instance', () => {
  it('is not replaced by a connection of another token that knows its name and boot', async () => {
    const [own] = await hello(field.server, 'only-checkout-1', { instance: 'kept', boot: 'boot-1' });
    await own.emitWithAck('reg', [registrationOf(1, { name: 'kept' })]);
    const [other, answer] = await hello(field.server, 'any-service-1', { instance: 'kept', boot: 'boot-1' });
    expect(answer).toMatchObject({ ok: true });
    // It is another instance, whose changes are about breakers that it never registered.
    const { strangers } = field.server.stats();
    await other.emitWithAck('st', [changeOf(7)]);
    expect(field.server.stats().strangers).toBe(strangers + 1);
    expect(own.connected).toBe(true);
    expect(await own.emitWithAck('st', [changeOf(1)])).toEqual({ seq: 1 });
  });

  it('is not replaced by one that takes the name that a second one was given', async () => {
    const [first] = await hello(field.server, 'any-service-1', {
      service: 's',
      instance: 'x',
      boot: 'aaaaaaaa',
    });
    const [second] = await hello(field.server, 'any-service-1', {
      service: 's',
      instance: 'x',
      boot: 'bbbbbbbb',
    });
    const [third] = await hello(field.server, 'any-service-1', {
      service: 's',
      instance: 'x~bbbbbbbb',
      boot: 'c',
    });
    const [fourth] = await hello(field.server, 'any-service-1', {
      service: 's',
      instance: 'x',
      boot: 'ZZbbbbbbbb',
    });
    for (const socket of [first, second, third, fourth]) {
      expect(await socket.emitWithAck('reg', [registrationOf(1, { name: 'shared' })])).toEqual({ ok: true });
    }
    const { rows } = (await (await fetch(`${field.server.url}api/v1/directory`)).json()) as {
      rows: { name: string; instances: unknown[] }[];
    };
    expect(rows.find(({ name }) => name === 'shared')?.instances).toHaveLength(4);
  });
});

describe('tokens of services at the door', () => {
  it.each<[string, DashboardOptions, string | RegExp]>([
    ['too short', { ingestTokens: { a: 'short' } }, 'ingestTokens.a must have 8 to 256 characters, got 5'],
    ['no text', { ingestTokens: { a: 12345678 } as never }, 'ingestTokens.a must be a string, got number'],
    ['nothing', { ingestTokens: { a: undefined } as never }, 'ingestTokens.a must be a string'],
    ['none', { ingestTokens: {} }, 'ingestTokens must hold at least one service'],
    ['a list', { ingestTokens: ['12345678'] as never }, 'ingestTokens must hold a token for each service'],
    [
      'a name that nobody reports',
      { ingestTokens: { ' a ': '12345678' } },
      'names of services as they report them',
    ],
    [
      'one twice',
      { ingestTokens: { a: '12345678', b: '12345678' } },
      'ingestTokens.a and ingestTokens.b must differ',
    ],
    [
      'that of all services',
      { ingestToken: '12345678', ingestTokens: { b: '12345678' } },
      'ingestToken and ingestTokens.b must differ',
    ],
    [
      'that of an administrator',
      { adminToken: '12345678', ingestTokens: { b: '12345678' } },
      'adminToken and ingestTokens.b must differ',
    ],
    [
      'too many',
      { ingestTokens: Object.fromEntries(Array.from({ length: 501 }, (_, i) => [`s${i}`, `12345678${i}`])) },
      'at most 500 services, got 501',
    ],
  ])('%s: refused in a sentence', async (_what, options, message) => {
    await expect(start(options)).rejects.toThrow(message);
  });

  it('are enough to listen to other machines', async () => {
    const options = { host: '0.0.0.0', viewToken: 'viewer-token-1' };
    await expect(start({ ...options, ingestTokens: { a: '12345678' } })).resolves.toBeDefined();
    await expect(start(options)).rejects.toThrow('both ingestToken and viewToken are needed');
  });
});

describe('below the messages', () => {
  it('a thousand requests to enter, sent at once, make one browser at most', async () => {
    const server = await start();
    const { socket, closed } = await line(server);
    socket.write(Buffer.concat(Array.from({ length: 1_000 }, () => frame('40/ui,'))));
    await closed;
    expect(server.stats().viewers).toBe(0);
    expect(server.stats().refused.namespace).toBe(1);
  });

  it('a hello that follows the mistakes which end the connection makes no instance', async () => {
    const server = await start();
    const { socket, heard: read, closed } = await line(server);
    socket.write(frame('40/ingest,'));
    await until(() => read().includes('40/ingest'), 'inside');
    const hello = `42/ingest,${JSON.stringify(['hello', helloOf()])}`;
    const sent = [...Array.from({ length: 5 }, () => '42/ingest,["st",1]'), hello];
    socket.write(Buffer.concat(sent.map((each) => frame(each))));
    await closed;
    await until(() => server.stats().refused.strikes === 1, 'closed for its mistakes');
    expect(server.stats().instances).toBe(0);
  });

  it.each<[string, (string | Buffer)[]]>([
    ['a second namespace', ['40/ui,', '40/ingest,']],
    ['an event before entering', ['42/ui,["watch",{}]']],
    ['a packet of no type', ['4']],
    ['an unknown type', ['49/ui,']],
    ['JSON that is none', ['40/ui,', '42/ui,["watch"']],
    ['an event that is no list', ['40/ui,', '42/ui,{"watch":1}']],
    ['a reserved event', ['40/ui,', '42/ui,["connect"]']],
    ['an event without a name', ['40/ui,', '42/ui,[]']],
    ['a hundred attachments', ['40/ui,', '45100-/ui,["watch",{"_placeholder":true,"num":0}]']],
    ['an attachment that nobody announced', [Buffer.from('x')]],
    [
      'a placeholder of nothing',
      ['40/ui,', '451-/ui,["watch",{"_placeholder":true,"num":9}]', Buffer.from('x')],
    ],
    ['an engine packet of no type', ['9']],
    ['nothing at all', ['']],
    ['6,000 pongs', Array.from({ length: 6_000 }, () => '3')],
    [
      '6,000 answers that nobody waits for',
      ['40/ui,', ...Array.from({ length: 6_000 }, (_, i) => `43/ui,${i}[]`)],
    ],
    ['more than 64 KiB', [`42/ui,["${'x'.repeat(70_000)}"]`]],
  ])('%s ends the connection', async (_what, sent) => {
    const { socket, closed } = await line(field.server);
    for (const each of sent) socket.write(frame(each, typeof each === 'string' ? 0x81 : 0x82));
    await closed;
  });

  it.each<[string, Buffer]>([
    ['no mask', Buffer.from([0x81, 1, 0x33])],
    ['a reserved bit', frame('3', 0xc1)],
    ['a reserved opcode', frame('3', 0x83)],
    ['a continuation of nothing', frame('3', 0x80)],
    ['a ping in fragments', frame('3', 0x09)],
    ['a ping that is too long', frame('x'.repeat(126), 0x89)],
    ['a length of 2^63', Buffer.from([0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
    ['no UTF-8', frame(Buffer.from([0xff, 0xff]))],
    [
      'a hundred thousand fragments',
      Buffer.concat([frame('4', 0x01), ...Array.from({ length: 20_000 }, () => frame('', 0x00))]),
    ],
    ['a goodbye with a wrong code', frame(Buffer.from([0, 1]), 0x88)],
  ])('a websocket frame with %s ends the connection', async (_what, sent) => {
    const { socket, closed } = await line(field.server);
    socket.write(sent);
    await closed;
  });

  it('an address has a share of the connections, and others theirs', async () => {
    const server = await start({ limits: { connections: 10, connectionsPerAddress: 5 } });
    const lines = await Promise.all(Array.from({ length: 5 }, () => line(server)));
    const sixth = client(server, undefined, 'ui');
    await heard(sixth, 'connect_error');
    expect(server.stats().refused.connections).toBeGreaterThan(0);
    for (const { socket } of lines) socket.destroy();
    await until(
      async () =>
        fetch(`${server.url}healthz`).then(
          ({ ok }) => ok,
          () => false,
        ),
      'free again',
    );
  });

  it('one that never enters is closed', async () => {
    const { closed } = await line(await start({ limits: { enterMs: 50 } }));
    await closed;
  });
});

field.standsAtTheEnd();
