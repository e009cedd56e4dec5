import { createElement, StrictMode } from 'react';
import { renderToString } from 'react-dom/server';
import { describe, expect, it, vi } from 'vitest';
import { BreakerTimeline, type BreakerTimelineProps, useBreakerTimeline } from '../src/index.ts';

const T = Date.UTC(2026, 0, 5, 10);
const LANES: BreakerTimelineProps['lanes'] = [
  {
    label: 'payments',
    segments: [
      { state: 'closed', fromMs: T },
      { state: 'open', fromMs: T + 60_000, toMs: T + 90_000, why: '61 % of calls failed' },
      { state: 'half-open', fromMs: T + 90_000 },
    ],
  },
];

function Live() {
  return createElement(
    BreakerTimeline,
    useBreakerTimeline({ url: 'not an address', service: 's', breaker: 'b' }),
  );
}

function render(props: unknown): string {
  return renderToString(
    createElement(StrictMode, null, createElement(BreakerTimeline, props as BreakerTimelineProps)),
  );
}

/** The cells of the table, row by row. */
function table(html: string): string[][] {
  return [...html.matchAll(/<tr>(.*?)<\/tr>/g)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, cell = '']) => cell),
  );
}

describe('on a server, without a browser', () => {
  it('the timeline is there as a table, newest first, in UTC', () => {
    expect(table(render({ lanes: LANES, fromMs: T, toMs: T + 120_000 }))).toEqual([
      ['Breaker', 'State', 'From', 'To', 'Duration', 'Why'],
      ['payments', 'Half-open', '2026-01-05 10:01:30', 'lasts', '30s', ''],
      ['payments', 'Open', '2026-01-05 10:01:00', '2026-01-05 10:01:30', '30s', '61 % of calls failed'],
      ['payments', 'Closed', '2026-01-05 10:00:00', '2026-01-05 10:01:00', '1m 0s', ''],
    ]);
  });

  it('nothing is in the markup that a strict policy refuses', () => {
    const html = render({ lanes: LANES, fromMs: T, toMs: T + 120_000, height: 40, theme: 'dark' });
    expect(html).not.toMatch(/<style|<script|\sstyle=|\son\w+=/);
    expect(html).toContain('data-theme="dark"');
  });

  it('names are text, never markup', () => {
    const lanes = [{ label: '<img src=x onerror=1>', segments: LANES[0]?.segments }];
    expect(render({ lanes, fromMs: T, toMs: T + 1 })).not.toContain('<img');
  });

  it('what is shown after the present, or before the range, is not in the table', () => {
    const html = render({ lanes: LANES, fromMs: T + 70_000, toMs: T + 120_000, now: T + 80_000 });
    expect(table(html).slice(1)).toEqual([
      ['payments', 'Open', '2026-01-05 10:01:00', 'lasts', '20s', '61 % of calls failed'],
    ]);
  });

  it('says since when nothing is known, and shows it', () => {
    const html = render({
      lanes: LANES,
      fromMs: T,
      toMs: T + 120_000,
      now: T + 120_000,
      knownUntilMs: T + 75_000,
    });
    expect(html).toMatch(/role="status"[^>]*>No data since 2026-01-05 10:01:15\./);
    expect(
      table(html)
        .slice(1)
        .map((cells) => cells[1]),
    ).toEqual(['No data', 'Open', 'Closed']);
  });

  it('the hook gives a timeline that is on its way, and asks nobody', () => {
    const asked = vi.spyOn(globalThis, 'fetch');
    expect(renderToString(createElement(Live))).toContain('Loading…');
    expect(asked).not.toHaveBeenCalled();
    asked.mockRestore();
  });
});

describe('whatever it is given', () => {
  const odd: readonly [string, unknown][] = [
    ['nothing', {}],
    ['no lanes', { lanes: [], fromMs: T, toMs: T + 1 }],
    ['lanes that are none', { lanes: 'payments', fromMs: T, toMs: T + 1 }],
    [
      'lanes of nothing',
      { lanes: [null, undefined, 7, {}, { label: {}, segments: 5 }], fromMs: T, toMs: T + 1 },
    ],
    ['NaN', { lanes: LANES, fromMs: Number.NaN, toMs: T }],
    ['the wrong way round', { lanes: LANES, fromMs: T, toMs: T - 1 }],
    ['endless', { lanes: LANES, fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY }],
    ['all of time', { lanes: LANES, fromMs: -8e15, toMs: 8e15 }],
    ['a present of nobody', { lanes: LANES, fromMs: T, toMs: T + 1, now: Number.NaN, knownUntilMs: 'x' }],
    ['a height of nobody', { lanes: LANES, fromMs: T, toMs: T + 1, height: Number.NaN }],
  ];
  it.each(odd)('it does not throw: %s', (_what, props) => {
    expect(render(props)).toContain('class="cb-timeline"');
  });

  it('it says that there is no such range', () => {
    expect(render({ lanes: LANES, fromMs: 5, toMs: 5 })).toContain(
      'There is no such range: fromMs must be before toMs.',
    );
  });

  it('it bounds what it shows: 100 lanes, 50 rows of each, and says how many are left out', () => {
    const segments = Array.from({ length: 100_000 }, (_, at) => ({
      state: at % 2 === 0 ? ('open' as const) : ('closed' as const),
      fromMs: T + at,
    }));
    const one = render({ lanes: [{ label: 'busy', segments }], fromMs: T, toMs: T + 100_000 });
    expect(table(one)).toHaveLength(51);
    expect(one).toMatch(/99950(<!-- -->)? earlier ones are left out/);
    const many = Array.from({ length: 120 }, (_, at) => ({ label: `lane ${at}`, segments: [] }));
    const all = render({ lanes: many, fromMs: T, toMs: T + 1 });
    expect(all.match(/<li /g)).toHaveLength(100);
    expect(all).toContain('20 more lanes are not shown.');
  });
});
