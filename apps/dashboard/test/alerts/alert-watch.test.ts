import { describe, expect, it } from 'vitest';
import { Scene, START } from './scene.ts';

describe('state', () => {
  it('tells what stays for as long as the debounce, and its end likewise', () => {
    const scene = new Scene();
    scene.join();
    scene.pass(5);
    scene.become('open');
    scene.pass(29);
    expect(scene.news()).toEqual([]);
    scene.pass(1);
    expect([scene.news(), scene.firing]).toEqual([['firing: closed -> open'], 1]);
    scene.become('closed');
    scene.pass(29);
    expect(scene.news()).toEqual([]);
    scene.pass(1);
    expect([scene.news(), scene.firing]).toEqual([['resolved: open -> closed'], 0]);
    scene.pass(3_600);
    expect(scene.news()).toEqual([]);
  });

  it('tells nothing of what does not stay, and no end of what is back at once', () => {
    const scene = new Scene();
    scene.join();
    scene.become('open');
    scene.pass(20);
    scene.become('closed');
    scene.pass(20);
    scene.become('open');
    scene.pass(29);
    expect(scene.news()).toEqual([]);
    scene.pass(1);
    expect(scene.news()).toEqual(['firing: closed -> open']);
    scene.become('closed');
    scene.pass(20);
    scene.become('open');
    scene.pass(120);
    expect(scene.news()).toEqual([]);
  });

  it('takes a probe for neither: a circuit that opens again and again is one trouble', () => {
    const scene = new Scene();
    scene.join();
    scene.become('open');
    for (let i = 0; i < 10; i++) {
      scene.pass(5);
      scene.become('half-open');
      scene.pass(1);
      scene.become('open', { why: { rule: 'probes-failed' } });
    }
    expect(scene.news()).toEqual(['firing: closed -> open']);
    scene.become('half-open');
    scene.pass(100);
    expect(scene.news()).toEqual([]);
    scene.become('closed');
    scene.pass(30);
    expect(scene.news()).toEqual(['resolved: open -> closed']);
  });

  it('takes silence for neither, and tells the end of a breaker that is gone', () => {
    const scene = new Scene({ debounceMs: 0 });
    scene.join();
    scene.become('open');
    scene.pass(1);
    scene.silence();
    scene.pass(60);
    expect(scene.news()).toEqual(['firing: closed -> open']);
    scene.leave();
    scene.pass(1);
    expect([scene.news(), scene.firing]).toEqual([['resolved: open -> gone'], 0]);
  });

  it('tells one trouble that becomes another, and only those that are asked for', () => {
    const scene = new Scene({ debounceMs: 2_000 });
    scene.join();
    scene.become('open');
    scene.pass(2);
    scene.become('open', { mode: 'forced-open' });
    scene.pass(2);
    scene.become('closed', { mode: 'forced-open', modeFrom: 'forced-open' });
    scene.pass(2);
    scene.become('closed', { modeFrom: 'forced-open' });
    scene.pass(2);
    expect(scene.news()).toEqual([
      'firing: closed -> open',
      'firing: open -> isolated',
      'resolved: isolated -> closed',
    ]);

    const probes = new Scene({ to: ['half-open'], debounceMs: 0 });
    probes.join();
    probes.become('open');
    probes.pass(1);
    probes.become('half-open');
    probes.pass(1);
    probes.become('closed');
    probes.pass(1);
    expect(probes.news()).toEqual(['firing: open -> half-open', 'resolved: half-open -> closed']);
  });

  it('tells only ends where only closed is asked for', () => {
    const scene = new Scene({ to: ['closed'], debounceMs: 0 });
    scene.join();
    scene.pass(10);
    scene.become('open');
    scene.pass(10);
    expect(scene.news()).toEqual([]);
    scene.become('closed');
    scene.pass(1);
    expect(scene.news()).toEqual(['resolved: open -> closed']);
  });

  it('misses nothing that lasted less than a second, where nothing is debounced', () => {
    const scene = new Scene({ debounceMs: 0 });
    scene.join();
    scene.pass(1);
    scene.become('open');
    scene.now += 200;
    scene.become('closed');
    scene.pass(1);
    expect(scene.news()).toEqual(['firing: closed -> open', 'resolved: open -> closed']);
  });

  it('tells late what was reported late, if it had lasted', () => {
    const scene = new Scene();
    scene.join();
    scene.pass(300);
    scene.become('open', { t: scene.now - 200_000 });
    scene.become('closed', { t: scene.now - 100_000 });
    scene.check();
    const [begun, over] = scene.told;
    expect(scene.news()).toEqual(['firing: closed -> open', 'resolved: open -> closed']);
    expect([begun?.since, over?.lastedMs]).toEqual([scene.now - 200_000, 100_000]);
  });

  it('is about the breaker and not its instances: the worst of them', () => {
    const scene = new Scene({ debounceMs: 0 });
    for (const name of ['a', 'b', 'c']) scene.join(name);
    scene.become('open', { of: 'b' });
    scene.pass(1);
    scene.become('open', { of: 'a' });
    scene.pass(1);
    scene.become('closed', { of: 'b' });
    scene.pass(1);
    expect(scene.news()).toEqual(['firing: closed -> open']);
    scene.become('closed', { of: 'a' });
    scene.pass(1);
    expect(scene.news()).toEqual(['resolved: open -> closed']);
  });

  it('goes on when the wall clock is set back', () => {
    const scene = new Scene();
    scene.join();
    scene.become('open');
    scene.pass(10);
    scene.now -= 3_600_000;
    scene.pass(31);
    expect(scene.told.map(({ status, to }) => `${status} ${to}`)).toEqual(['firing open']);
  });

  it('finds its place again where it missed more changes than are kept', () => {
    const scene = new Scene({ debounceMs: 0 }, { backlog: 10 });
    scene.join('a', 100);
    scene.pass(1);
    for (let id = 1; id <= 100; id++) scene.become('open', { id });
    scene.pass(1);
    expect([scene.told.length, scene.firing]).toEqual([100, 100]);
    for (let id = 1; id <= 100; id++) scene.become('closed', { id });
    scene.pass(1);
    expect([scene.told.length, scene.firing]).toEqual([200, 0]);
  });
});

it('tells again while it lasts, and then its end', () => {
  const scene = new Scene({ repeatMs: 60_000, debounceMs: 1_000 });
  scene.join();
  scene.become('open');
  scene.pass(1);
  expect(scene.news()).toEqual(['firing: closed -> open']);
  scene.pass(59);
  expect(scene.news()).toEqual([]);
  scene.pass(61);
  expect(scene.news()).toEqual(['firing: closed -> open again 1', 'firing: closed -> open again 2']);
  scene.become('closed');
  scene.pass(120);
  expect(scene.news()).toEqual(['resolved: open -> closed']);
});

it('open-longer counts from when it opened first, over probes', () => {
  const scene = new Scene({ when: 'open-longer', longerThanMs: 300_000, debounceMs: 0 });
  scene.join();
  scene.become('open');
  for (let i = 0; i < 29; i++) {
    scene.pass(9);
    scene.become('half-open');
    scene.pass(1);
    scene.become('open', { why: { rule: 'probes-failed' } });
  }
  expect(scene.news()).toEqual([]);
  scene.pass(10);
  expect(scene.told[0]?.since).toBe(START);
  // That a probe failed says nothing: it is told why it opened.
  expect(scene.told[0]?.summary).toMatch(
    /^checkout\/breaker-1 is open for 5 min: 60 % of calls failed \(limit 50 %\)$/,
  );
  expect(scene.news()).toEqual(['firing: closed -> open']);
  scene.become('closed');
  scene.pass(1);
  expect(scene.news()).toEqual(['resolved: open -> closed']);
});

describe('flapping', () => {
  const flap = (scene: Scene, of = 'a'): void => {
    scene.become('open', { of });
    scene.pass(5);
    scene.become('closed', { of });
    scene.pass(5);
  };

  it('tells so many openings of one instance within the time, and that it is calm again', () => {
    const scene = new Scene({ when: 'flapping', opens: 4, withinMs: 60_000, debounceMs: undefined as never });
    scene.join();
    for (let i = 0; i < 3; i++) flap(scene);
    expect(scene.news()).toEqual([]);
    flap(scene);
    expect(scene.told[0]).toMatchObject({ status: 'firing', opens: { count: 4, withinMs: 60_000 } });
    expect(scene.told.splice(0)[0]?.summary).toBe(
      'checkout/breaker-1 is flapping: opened 4 times within 1 min',
    );
    // Two of four openings are left: it does not end, and so does not begin again.
    scene.pass(30);
    expect([scene.news(), scene.firing]).toEqual([[], 1]);
    scene.pass(15);
    expect(scene.told[0]?.summary).toMatch(/^checkout\/breaker-1 is calm again after /);
    expect(scene.firing).toBe(0);
  });

  it('is no fleet that opens together', () => {
    const scene = new Scene({ when: 'flapping', opens: 4, withinMs: 60_000, debounceMs: undefined as never });
    for (const name of ['a', 'b', 'c', 'd', 'e']) scene.join(name);
    for (const of of ['a', 'b', 'c', 'd', 'e']) flap(scene, of);
    expect(scene.news()).toEqual([]);
  });
});

it('no-data tells that nobody is heard any more, and that somebody is', () => {
  const scene = new Scene({ when: 'no-data', debounceMs: 10_000 });
  scene.join('a');
  scene.join('b');
  scene.silence('a');
  scene.pass(60);
  expect(scene.news()).toEqual([]);
  scene.silence('b');
  // Three missed heartbeats, fifteen seconds, and then ten more from when it was heard last.
  scene.pass(16);
  expect(scene.told[0]?.summary).toMatch(/^checkout\/breaker-1 is without data for /);
  expect(scene.news()).toEqual(['firing: closed -> no-data']);
  scene.silence('b', false);
  scene.pass(11);
  expect(scene.news()).toEqual(['resolved: no-data -> closed']);
});

describe('match', () => {
  it('takes only breakers that fit', () => {
    const scene = new Scene({ debounceMs: 0, match: { name: ['*-2', '*-3'], service: 'check*' } });
    scene.join('a', 4);
    for (let id = 1; id <= 4; id++) scene.become('open', { id });
    scene.pass(1);
    expect(scene.told.map(({ breaker }) => breaker)).toEqual(['breaker-2', 'breaker-3']);
  });

  it('ends where a breaker no longer fits', () => {
    const scene = new Scene({ debounceMs: 0, match: { tags: { region: 'eu*' } } });
    scene.join('a', 1, { region: 'eu-1' });
    scene.become('open');
    scene.pass(1);
    expect(scene.news()).toEqual(['firing: closed -> open']);
    scene.retag({ region: 'us-1' });
    scene.pass(1);
    expect([scene.news(), scene.firing]).toEqual([['resolved: open -> open'], 0]);
    scene.retag({ region: 'eu-2' });
    scene.pass(1);
    expect(scene.firing).toBe(1);
  });
});

it('says who, where, since when, why, how many and where to look', () => {
  const scene = new Scene({ debounceMs: 5_000 });
  for (const name of ['a', 'b', 'c']) scene.join(name, 1, { region: 'eu' });
  scene.become('open', {
    of: 'b',
    why: { rule: 'failure-ratio', value: 0.6, limit: 0.5, calls: 100, bad: 60 },
    errors: [{ name: 'FetchError', code: 'ECONNRESET', message: 'to https://internal/?token=x', count: 50 }],
  });
  scene.pass(5);
  expect(scene.told).toEqual([
    {
      id: '1',
      key: 'a rule/checkout/breaker-1',
      rule: 'a rule',
      when: 'state',
      status: 'firing',
      repeat: 0,
      summary:
        'checkout/breaker-1 is open for 5 s on 1 of 3 instances: 60 of 100 calls failed (limit 50 %), mostly ECONNRESET',
      service: 'checkout',
      breaker: 'breaker-1',
      tags: { region: 'eu' },
      from: 'closed',
      to: 'open',
      since: START,
      why: {
        words: '60 of 100 calls failed (limit 50 %), mostly ECONNRESET',
        data: { rule: 'failure-ratio', value: 0.6, limit: 0.5, calls: 100, bad: 60 },
      },
      errors: [{ name: 'FetchError', code: 'ECONNRESET', count: 50 }],
      instances: {
        open: 1,
        total: 3,
        list: [
          { instance: 'b', state: 'open' },
          { instance: 'a', state: 'closed' },
          { instance: 'c', state: 'closed' },
        ],
      },
      link: 'https://b.example.com/b/checkout/breaker-1',
    },
  ]);
});
