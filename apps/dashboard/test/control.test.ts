import type { ControlCommand, ControlReply } from '@cb/protocol';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  act,
  actOnOne,
  audited,
  fragile,
  open,
  post,
  report,
  requestOf,
  rowOf,
  startControlled,
  TOKENS,
} from './control-support.ts';
import { client, heard, helloOf, registrationOf, until } from './support.ts';

describe('an operation', () => {
  it.each([
    ['isolate', 'forced-open', 3],
    ['force-closed', 'forced-closed', 1],
    ['observe', 'observing', 1],
  ])('%s lays %s over a real breaker, and release takes it back', async (op, mode, code) => {
    const { server } = await startControlled();
    const breaker = fragile();
    await report(server, [breaker]);
    const done = { service: 'checkout', name: 'payments', ok: true, version: 1 };
    expect(await actOnOne(server, { op, by: 'ana' })).toMatchObject(done);
    expect(breaker.mode).toBe(mode);
    await until(async () => (await rowOf(server)).instances[0]?.version === 1, 'told');
    expect((await rowOf(server)).instances[0]).toMatchObject({
      state: 'closed',
      mode,
      code,
      modeBy: 'ana',
      modeNote: 'the bank asked for it',
      control: true,
    });
    expect(await actOnOne(server, { op: 'release' })).toMatchObject({ ok: true, version: 2 });
    expect(breaker.mode).toBe('auto');
    await until(async () => (await rowOf(server)).instances[0]?.version === 2, 'told');
    const [released] = (await rowOf(server)).instances;
    expect(released).toMatchObject({ mode: 'auto', code: 1 });
    expect(released).not.toHaveProperty('modeBy');
    expect(released).not.toHaveProperty('modeNote');
  });

  it('that nobody signed is signed by the role', async () => {
    const { server } = await startControlled();
    const breaker = fragile();
    await report(server, [breaker]);
    await actOnOne(server, { op: 'isolate' });
    await until(async () => (await rowOf(server)).instances[0]?.modeBy === 'admin', 'signed');
  });

  it('probe ends the open time, so that the next call is a probe', async () => {
    const { server } = await startControlled();
    const breaker = fragile();
    await report(server, [breaker]);
    await open(breaker);
    expect(await actOnOne(server, { op: 'probe' })).toMatchObject({ ok: true, version: 0 });
    expect(breaker.state).toBe('half-open');
    expect(await actOnOne(server, { op: 'probe' })).toMatchObject({
      ok: true,
      message: 'it was half-open, with no open time to end',
    });
  });

  it('reset closes, and says by whom and why', async () => {
    const { server } = await startControlled();
    const breaker = fragile();
    await report(server, [breaker]);
    await open(breaker);
    await until(async () => (await rowOf(server)).code === 4, 'seen open');
    expect(await actOnOne(server, { op: 'reset', by: 'ana' })).toMatchObject({ ok: true });
    expect(breaker.state).toBe('closed');
    await until(async () => (await rowOf(server)).last?.by === 'ana', 'told');
    expect((await rowOf(server)).last).toMatchObject({ to: 'closed', note: 'the bank asked for it' });
  });

  it('configure changes settings, and is refused in a sentence where they cannot work', async () => {
    const { server } = await startControlled();
    const breaker = fragile();
    await report(server, [breaker]);
    const config = { openWhen: [{ kind: 'consecutive-failures', failures: 9 }] };
    expect(await actOnOne(server, { op: 'configure', config })).toMatchObject({ ok: true, version: 1 });
    expect(breaker.config).toMatchObject(config);
    const bad = { openWhen: [{ kind: 'consecutive-failures', failures: 0.5 }] };
    expect(await actOnOne(server, { op: 'configure', config: bad })).toMatchObject({
      ok: false,
      error: 'invalid',
      version: 1,
      message: expect.stringMatching(
        /consecutiveFailures must be a whole number from 1 to 1000000, got 0\.5/,
      ),
    });
    expect(breaker.config).toMatchObject(config);
  });

  it('that ends by itself says when, and shows as ended', async () => {
    const t0 = 1_700_000_000_000;
    const wallNow = (): number => t0;
    const { server } = await startControlled({ clock: wallNow, limits: { heartbeatMs: 250 } });
    let now = 0;
    const breaker = fragile('payments', { now: () => now, wallNow });
    await report(server, [breaker], { clock: wallNow });
    expect(await actOnOne(server, { op: 'isolate', forMs: 60_000 })).toMatchObject({ ok: true });
    await until(async () => (await rowOf(server)).instances[0]?.mode === 'forced-open', 'told');
    expect((await rowOf(server)).instances[0]).toMatchObject({ modeUntil: t0 + 60_000 });
    // This clock has no timers and nobody calls: the reporter's heartbeat has to notice.
    now = 60_000;
    await until(async () => (await rowOf(server)).instances[0]?.mode === 'auto', 'ended');
    const [ended] = (await rowOf(server)).instances;
    expect(ended).toMatchObject({ mode: 'auto', code: 1, version: 2 });
    expect(ended).not.toHaveProperty('modeUntil');
  });

  it('shows what the machine computes below the mode', async () => {
    const { server } = await startControlled();
    const breaker = fragile();
    await report(server, [breaker]);
    await actOnOne(server, { op: 'observe' });
    await open(breaker);
    await until(async () => (await rowOf(server)).instances[0]?.state === 'open', 'told');
    expect((await rowOf(server)).instances[0]).toMatchObject({
      state: 'open',
      mode: 'observing',
      version: 1,
    });
  });
});

describe('whom it concerns', () => {
  it('all instances that are heard, or the lanes that were named', async () => {
    const { server } = await startControlled();
    const [a, b] = [fragile(), fragile()];
    await report(server, [a], { instance: 'a' });
    await report(server, [b], { instance: 'b' });
    const lane = (await rowOf(server)).instances.find(({ instance }) => instance === 'b')?.lane;
    expect(await actOnOne(server, { lanes: [lane] })).toMatchObject({ instance: 'b', ok: true });
    expect([a.mode, b.mode]).toEqual(['auto', 'forced-open']);
    const { results } = await act(server, { op: 'force-closed' });
    expect(results.map(({ instance, ok }) => [instance, ok])).toEqual([
      ['a', true],
      ['b', true],
    ]);
    expect([a.mode, b.mode]).toEqual(['forced-closed', 'forced-closed']);
  });

  it('no instance that is gone, where others are heard', async () => {
    const { server } = await startControlled();
    const gone = await report(server, [fragile()], { instance: 'gone' });
    await report(server, [fragile()], { instance: 'here' });
    await gone.close();
    await until(async () => (await rowOf(server)).instances.some(({ code }) => code === 0), 'gone');
    expect(await actOnOne(server)).toMatchObject({ instance: 'here', ok: true });
  });

  it('more than one row at once, for administrators', async () => {
    const { server } = await startControlled();
    const breakers = ['a', 'b', 'c'].map((name) => fragile(name));
    await report(server, breakers);
    const { results } = await act(server, {}, ['a', 'b', 'c']);
    expect(results.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(breakers.map(({ mode }) => mode)).toEqual(['forced-open', 'forced-open', 'forced-open']);
  });

  it('nobody where the page is out of date: another epoch, a row or a lane that is gone', async () => {
    const { server } = await startControlled();
    const [payments, ledger] = [fragile(), fragile('ledger')];
    await report(server, [payments, ledger]);
    const other = (await rowOf(server, 'ledger')).instances[0]?.lane;
    const bodies = [{ epoch: 'another life' }, { rows: [99] }, { lanes: [99] }, { lanes: [other] }];
    for (const more of bodies) {
      const answer = await post(server, await requestOf(server, more), TOKENS.controlToken);
      expect([answer.status, await answer.text()]).toEqual([
        409,
        expect.stringMatching(/(started anew|is gone).*read the directory again\.\n$/),
      ]);
    }
    expect(payments.mode).toBe('auto');
  });

  it('compares with what the person saw, on each instance by itself', async () => {
    const { server } = await startControlled();
    const [a, b] = [fragile(), fragile()];
    await report(server, [a], { instance: 'a' });
    await report(server, [b], { instance: 'b' });
    const seen = (await rowOf(server)).instances;
    const expected = Object.fromEntries(seen.map(({ lane, version }) => [lane, version]));
    expect(Object.values(expected)).toEqual([0, 0]);
    b.setMode('observing', { by: 'the code' });
    const { results } = await act(server, { expect: expected });
    expect(results).toMatchObject([
      { instance: 'a', ok: true, version: 1 },
      {
        instance: 'b',
        ok: false,
        error: 'changed',
        version: 1,
        message: 'mode or settings were changed meanwhile: version 1, not 0',
      },
    ]);
    expect([a.mode, b.mode]).toEqual(['forced-open', 'observing']);
    const [record] = await audited(server);
    expect(record?.results).toMatchObject([
      { instance: 'b', error: 'changed' },
      { instance: 'a', ok: true, versionBefore: 0, version: 1 },
    ]);
  });
});

describe('a service', () => {
  it('that allows nothing is not even asked', async () => {
    const { server } = await startControlled();
    const breaker = fragile();
    await report(server, [breaker], { allowRemoteControl: false });
    expect((await rowOf(server)).instances[0]).toMatchObject({ control: false });
    expect(await actOnOne(server)).toMatchObject({
      ok: false,
      error: 'unsupported',
      message: 'the service takes no commands: it runs without allowRemoteControl',
    });
    expect(breaker.mode).toBe('auto');
  });

  it('that refuses says why', async () => {
    const { server } = await startControlled();
    const breaker = fragile();
    await report(server, [breaker], { allowRemoteControl: () => 'not on the day of the sale' });
    expect(await actOnOne(server)).toMatchObject({
      ok: false,
      error: 'refused',
      message: 'not on the day of the sale',
    });
    expect(breaker.mode).toBe('auto');
  });

  it('that is not connected is not reached', async () => {
    const { server } = await startControlled();
    const reporter = await report(server, [fragile()]);
    await reporter.close();
    await until(async () => (await rowOf(server)).code === 0, 'gone');
    expect(await actOnOne(server)).toMatchObject({
      ok: false,
      error: 'unreachable',
      message: 'the instance is not connected; nothing was done',
    });
  });

  it('that started anew without the breaker is not asked about it', async () => {
    const { server } = await startControlled();
    const before = client(server, 'ingest');
    await before.emitWithAck('hello', helloOf({ caps: ['control'] }));
    await before.emitWithAck('reg', [registrationOf(1)]);
    before.disconnect();
    await until(async () => (await rowOf(server, 'breaker-1')).code === 0, 'gone');
    const anew = client(server, 'ingest');
    await anew.emitWithAck('hello', helloOf({ caps: ['control'], boot: 'b2' }));
    expect((await act(server, {}, ['breaker-1'])).results).toMatchObject([{ error: 'unreachable' }]);
  });

  it('that goes away in the middle leaves it open what was done', async () => {
    const { server } = await startControlled();
    const silent = await quiet(server.url);
    const commanded = heard<ControlCommand>(silent, 'ctl');
    const asked = post(server, await requestOf(server, {}, ['breaker-1']), TOKENS.controlToken);
    expect(await commanded).toMatchObject({ id: 1, op: 'isolate', by: 'operator', command: 1 });
    silent.disconnect();
    const { results } = (await (await asked).json()) as ControlReply;
    expect(results).toMatchObject([
      { error: 'timeout', message: 'the connection was lost before an answer came; it may have been done' },
    ]);
  });

  it('that never answers is given five seconds', async () => {
    const { server } = await startControlled();
    const silent = await quiet(server.url);
    const commanded = heard<ControlCommand>(silent, 'ctl');
    const request = await requestOf(server, {}, ['breaker-1']);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const asked = post(server, request, TOKENS.controlToken);
    await commanded;
    vi.advanceTimersByTime(5_000);
    vi.useRealTimers();
    const { results } = (await (await asked).json()) as ControlReply;
    expect(results).toMatchObject([
      { error: 'timeout', message: 'no answer within 5 seconds; it may have been done' },
    ]);
    expect((await audited(server))[0]?.results).toMatchObject([{ error: 'timeout' }]);
  });

  it.each([[undefined], [null], ['yes'], [{ ok: 'true' }], [[true]], [{ version: 3 }]])(
    'that answers %j has failed, with a strike',
    async (answer) => {
      const { server } = await startControlled();
      const odd = await quiet(server.url);
      odd.on('ctl', (_command, ack: (value: unknown) => void) => ack(answer));
      expect((await act(server, {}, ['breaker-1'])).results).toMatchObject([
        {
          ok: false,
          error: 'failed',
          message: expect.stringMatching(/cannot be used; it may have been done/),
        },
      ]);
      expect(server.stats().refused).toMatchObject({ badMessage: 1, fault: 0 });
    },
  );

  it('cannot make an answer say more than an answer does', async () => {
    const { server } = await startControlled();
    const odd = await quiet(server.url);
    odd.on('ctl', (_command, ack: (value: unknown) => void) =>
      ack({ ok: false, version: -5, error: '__proto__', message: `${'m'.repeat(5_000)}\u202e`, lane: 7 }),
    );
    const [result] = (await act(server, {}, ['breaker-1'])).results;
    expect(result).toEqual({
      lane: (await rowOf(server, 'breaker-1')).instances[0]?.lane,
      service: 'checkout',
      name: 'breaker-1',
      instance: 'a:1',
      ok: false,
      version: 0,
      error: 'failed',
      message: 'm'.repeat(200),
    });
  });

  it('of before there was control goes on as it did', async () => {
    const { server } = await startControlled();
    const old = client(server, 'ingest');
    await old.emitWithAck('hello', helloOf());
    await old.emitWithAck('reg', [registrationOf(1, { mode: 'observing' })]);
    expect((await rowOf(server, 'breaker-1')).instances[0]).toEqual({
      lane: 1,
      instance: 'a:1',
      state: 'closed',
      mode: 'observing',
      control: false,
      code: 1,
      since: expect.any(Number),
    });
  });

  /** One that says that it takes commands, and then says nothing. */
  async function quiet(url: string): Promise<ReturnType<typeof client>> {
    const socket = client({ url } as Parameters<typeof client>[0], 'ingest');
    await socket.emitWithAck('hello', helloOf({ caps: ['control'] }));
    await socket.emitWithAck('reg', [registrationOf(1)]);
    return socket;
  }
});
