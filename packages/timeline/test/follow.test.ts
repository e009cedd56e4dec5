import { LANE, packDirectory, type RowSummary } from '@cb/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { follow, type Heard } from '../src/live/follow.ts';
import { type BreakerTimelineSource, readSource } from '../src/live/source.ts';

const T = Date.UTC(2026, 0, 5, 10);
/** The dashboard's clock is ahead of the page's. */
const AHEAD = 5_000;

const row = (number: number, name: string): RowSummary => ({
  row: number,
  service: 'checkout',
  name,
  tags: {},
  code: LANE.closed,
  since: T,
  counts: [0, 1, 0, 0, 0],
  opens: 0,
});

/** A dashboard behind `fetch`, and what it was asked. */
class FakeDashboard {
  epoch = 'e1';
  rows: RowSummary[] = [row(3, 'fraud'), row(7, 'payments')];
  answer: (() => Response | Promise<Response>) | undefined;
  readonly asked: string[] = [];

  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const { pathname, search, searchParams } = new URL(url);
    this.asked.push(pathname.replace('/api/v1/', '') + search.replace(/from=\d+/, 'from=…'));
    init.signal?.throwIfAborted();
    if (this.answer) return await this.answer();
    const { epoch } = this;
    const now = Date.now() + AHEAD;
    if (pathname.endsWith('/directory'))
      return Response.json(packDirectory(this.rows, { epoch, seq: 1, now }));
    if (pathname.endsWith('/breaker')) {
      return Response.json({ row: { instances: [{ lane: 12, instance: 'a:1' }] } });
    }
    const rows = (searchParams.get('rows') ?? '').split(',').map(Number);
    const from = Number(searchParams.get('from'));
    const lanes = rows.flatMap((number) => [
      { row: number, lane: -1, segments: { start: [from, from + 1_000], code: [1, 4] } },
      { row: number, lane: 12, segments: { start: [from], code: [2] } },
    ]);
    return Response.json({ epoch, from, to: now, lanes });
  };
}

let dashboard: FakeDashboard;
let page: EventTarget & { visibilityState: string };
let heard: Heard[] = [];
let stop = (): void => {};

function begin(more: Partial<BreakerTimelineSource> = {}): void {
  const source = { url: 'https://dash.example', service: 'checkout', breaker: 'payments', ...more };
  stop = follow(readSource(source), (each) => heard.push(each));
}

/** Lets everything that is due happen. */
async function pass(ms = 0): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

beforeEach(() => {
  vi.useFakeTimers({ now: T });
  dashboard = new FakeDashboard();
  page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  heard = [];
  vi.stubGlobal('fetch', vi.fn(dashboard.fetch));
  vi.stubGlobal('document', page);
  vi.stubGlobal('location', { href: 'https://page.example/admin/' });
});
afterEach(() => {
  stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('a timeline that is followed', () => {
  it('is read in two requests, then in one at each turn', async () => {
    begin();
    await pass();
    expect(dashboard.asked).toEqual(['directory?instances=0', 'timeline?rows=7&from=…']);
    expect(heard.at(-1)).toMatchObject({ now: T + AHEAD, problem: undefined });
    expect(heard.at(-1)?.reading?.lanes).toEqual([
      {
        label: 'payments',
        segments: [
          { state: 'closed', fromMs: T + AHEAD - 900_000 },
          { state: 'open', fromMs: T + AHEAD - 899_000 },
        ],
      },
    ]);
    await pass(5_000);
    expect(dashboard.asked.slice(2)).toEqual(['timeline?rows=7&from=…']);
  });

  it('is that of several breakers, or of one instance', async () => {
    begin({ breaker: ['payments', 'fraud'] });
    await pass();
    expect(dashboard.asked.at(-1)).toBe('timeline?rows=7,3&from=…');
    expect(heard.at(-1)?.reading?.lanes.map(({ label }) => label)).toEqual(['payments', 'fraud']);
    stop();
    begin({ instance: 'a:1' });
    await pass();
    expect(dashboard.asked.slice(-2)).toEqual(['breaker?row=7', 'timeline?rows=7&from=…&lanes=1']);
    expect(heard.at(-1)?.reading?.lanes[0]?.segments[0]?.state).toBe('half-open');
  });

  it('says which breaker or instance is not known, shows no data, and looks again', async () => {
    begin({ breaker: ['payments', 'refunds'] });
    await pass();
    expect(heard.at(-1)?.problem).toBe('The dashboard knows no "refunds" of "checkout".');
    expect(heard.at(-1)?.reading?.lanes[1]).toEqual({
      label: 'refunds',
      segments: [{ state: 'no-data', fromMs: 0 }],
    });
    dashboard.rows.push(row(9, 'refunds'));
    await pass(5_000);
    expect(heard.at(-1)?.problem).toBeUndefined();
    stop();
    begin({ instance: 'b:2' });
    await pass();
    expect(heard.at(-1)?.problem).toBe(
      'The dashboard knows no "payments" of "checkout" on the instance "b:2".',
    );
  });

  it('is looked for anew when the dashboard was started again, and not for ever', async () => {
    begin();
    await pass();
    dashboard.epoch = 'e2';
    dashboard.rows = [row(1, 'payments')];
    await pass(5_000);
    expect(dashboard.asked.slice(2)).toEqual([
      'timeline?rows=7&from=…',
      'directory?instances=0',
      'timeline?rows=1&from=…',
    ]);
    expect(heard.at(-1)?.problem).toBeUndefined();
    // Two dashboards behind one address: never the same twice.
    const { fetch } = dashboard;
    let turn = 0;
    vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
      dashboard.epoch = `turn ${turn++}`;
      return fetch(url, init);
    });
    await pass(5_000);
    expect(turn).toBe(3);
    expect(heard.at(-1)?.problem).toBe('The dashboard has just been started again.');
  });

  it('keeps what was known, lets time go on, and asks more and more seldom where nobody answers', async () => {
    begin();
    await pass();
    dashboard.answer = () => Promise.reject(new TypeError('fetch failed'));
    const gaps: number[] = [];
    for (let turn = 0, last = Date.now(); turn < 7; turn++) {
      const before = heard.length;
      while (heard.length === before) await pass(1_000);
      gaps.push(Date.now() - last);
      last = Date.now();
    }
    expect(gaps).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
    expect(heard.at(-1)).toMatchObject({
      problem: 'The dashboard cannot be reached, or does not allow pages of this origin.',
      reading: { now: T + AHEAD },
      now: Date.now() + AHEAD,
    });
    dashboard.answer = undefined;
    await pass(60_000);
    expect(heard.at(-1)).toMatchObject({ problem: undefined, now: Date.now() + AHEAD });
  });

  it('is not asked for again with a token that was refused: that would be guessing', async () => {
    dashboard.answer = () => new Response('', { status: 401 });
    begin({ token: 'wrong-token' });
    await pass(600_000);
    expect(heard.map(({ problem }) => problem)).toEqual(['The dashboard refuses this token.']);
    expect(dashboard.asked).toHaveLength(1);
    page.dispatchEvent(new Event('visibilitychange'));
    await pass(600_000);
    expect(dashboard.asked).toHaveLength(1);
  });

  it.each([
    ['another status', () => new Response('', { status: 503 }), 'The dashboard answers 503.'],
    [
      'no JSON',
      () => new Response('<html>'),
      'What answers there is no dashboard, or one of another version.',
    ],
    ['null', () => Response.json(null), 'What answers there is no dashboard, or one of another version.'],
    [
      'odd columns',
      () => Response.json({ epoch: 'e', now: 1, row: [1, {}], name: ['a', 'b'] }),
      'What answers there',
    ],
  ])('says what is wrong: %s', async (_what, answer, expected) => {
    dashboard.answer = answer;
    begin();
    await pass();
    expect(heard.at(-1)?.problem).toContain(expected);
    expect(heard.at(-1)?.reading).toBeUndefined();
  });

  it('is not waited for longer than ten seconds', async () => {
    vi.stubGlobal(
      'fetch',
      (_: string, { signal }: RequestInit) =>
        new Promise((_resolve, reject) =>
          signal?.addEventListener('abort', () => reject(new Error('aborted'))),
        ),
    );
    begin();
    await pass(9_999);
    expect(heard).toEqual([]);
    await pass(1);
    expect(heard.at(-1)?.problem).toBe('The dashboard did not answer within 10 seconds.');
  });

  it('is left alone while the page cannot be seen, and read at once when it can', async () => {
    begin();
    await pass();
    page.visibilityState = 'hidden';
    page.dispatchEvent(new Event('visibilitychange'));
    await pass(600_000);
    expect(dashboard.asked).toHaveLength(2);
    page.visibilityState = 'visible';
    page.dispatchEvent(new Event('visibilitychange'));
    await pass();
    expect(dashboard.asked).toHaveLength(3);
  });

  it('is not told any more once it was stopped, whatever is still under way', async () => {
    begin();
    stop();
    await pass(600_000);
    expect(heard).toEqual([]);
  });

  it('sends the token in a header, no cookies, and nothing else', async () => {
    begin({ token: 'a-view-token' });
    await pass();
    const [url, init] = vi.mocked(fetch).mock.calls[0] ?? [];
    expect(url).toBe('https://dash.example/api/v1/directory?instances=0');
    expect(init).toMatchObject({
      headers: { authorization: 'Bearer a-view-token' },
      credentials: 'omit',
      redirect: 'error',
    });
  });
});

describe('where it is read from', () => {
  const good = { url: 'https://dash.example', service: 's', breaker: 'b' };

  it.each([
    ['https://dash.example/', 'https://dash.example/'],
    ['https://dash.example/ops//', 'https://dash.example/ops/'],
    ['/dashboard', 'https://page.example/dashboard/'],
  ])('%s is %s', (url, base) => {
    expect(readSource({ ...good, url }).base).toBe(base);
  });

  it.each([
    [{ url: 'ftp://dash.example' }, /^url must be an http or https address/],
    [{ url: 'https://user:secret@dash.example' }, /^url must be/],
    [{ url: 'https://dash.example/?token=x' }, /^url must be/],
    [{ url: undefined }, /^url must be/],
    [{ service: '' }, 'service must be a name.'],
    [{ breaker: [] }, 'breaker must be a name, or some.'],
    [{ token: 'two\nlines' }, 'token must be 1 to 256 visible ASCII characters.'],
  ])('%j is refused in a sentence', (more, expected) => {
    expect(() => readSource({ ...good, ...more } as BreakerTimelineSource)).toThrow(expected);
  });

  it('spans and paces stay in bounds', () => {
    expect(readSource({ ...good, spanMs: 1, refreshMs: 0 })).toMatchObject({
      spanMs: 10_000,
      refreshMs: 1_000,
    });
    expect(readSource({ ...good, spanMs: 1e12, refreshMs: 1e12 })).toMatchObject({
      spanMs: 604_800_000,
      refreshMs: 3_600_000,
    });
    expect(readSource({ ...good, spanMs: Number.NaN })).toMatchObject({ spanMs: 900_000, refreshMs: 5_000 });
  });
});
