import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** Rows that exist beside those in sight, and how many come and go together while scrolling. */
const SPARE = 8;
const STEP = 4;
/** What the bars at the top of the page lie over, and a little more. */
const COVERED = 96;

export interface RowWindow {
  first: number;
  end: number;
  /** Scrolls the page until the row is in sight. */
  show: (index: number) => void;
}

/**
 * Which rows exist: those in sight of the page's own scroll, and a few around them.
 *
 * @param tops Where each row begins, and where the last one ends: one more than there are rows.
 */
export function useRowWindow(body: RefObject<HTMLElement | null>, tops: Float64Array): RowWindow {
  const [range, setRange] = useState(() => ({
    first: 0,
    end: Math.min(tops.length - 1, rowAt(tops, innerHeight) + STEP),
  }));
  const latest = useRef({ tops, margin: 0 });
  latest.current.tops = tops;

  const look = useCallback(() => {
    const { tops: all, margin } = latest.current;
    const count = all.length - 1;
    const top = scrollY - margin;
    const first = Math.max(0, Math.floor((rowAt(all, top) - SPARE) / STEP) * STEP);
    const end = Math.min(count, Math.ceil((rowAt(all, top + innerHeight) + 1 + SPARE) / STEP) * STEP);
    setRange((held) => (held.first === first && held.end === end ? held : { first, end }));
  }, []);

  useEffect(() => {
    const measure = () => {
      const box = body.current?.getBoundingClientRect();
      if (box) latest.current.margin = Math.round(box.top + scrollY);
      look();
    };
    measure();
    const resize = new ResizeObserver(measure);
    resize.observe(document.body);
    addEventListener('scroll', look, { passive: true });
    addEventListener('resize', measure);
    return () => {
      resize.disconnect();
      removeEventListener('scroll', look);
      removeEventListener('resize', measure);
    };
  }, [body, look]);
  // Dependencies on purpose: other rows have other places.
  useLayoutEffect(look, [tops]);

  const show = useCallback((index: number) => {
    const { tops: all, margin } = latest.current;
    const top = margin + (all[index] ?? 0);
    const bottom = margin + (all[index + 1] ?? 0);
    if (top < scrollY + COVERED) scrollTo({ top: top - COVERED });
    else if (bottom > scrollY + innerHeight) scrollTo({ top: bottom - innerHeight + 8 });
  }, []);
  const count = tops.length - 1;
  return { first: Math.min(range.first, count), end: Math.min(range.end, count), show };
}

/** Index of the row that covers `y`; the first or the last one where none does. */
export function rowAt(tops: Float64Array, y: number): number {
  let low = 0;
  let high = Math.max(0, tops.length - 2);
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((tops[middle] ?? 0) <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}
