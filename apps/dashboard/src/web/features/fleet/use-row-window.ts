import { useWindowVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
import { type RefObject, useLayoutEffect, useState } from 'react';

/** Which rows exist: those in sight of the page's own scroll, and a few around them. */
export function useRowWindow(
  body: RefObject<HTMLElement | null>,
  heights: readonly number[],
): Virtualizer<Window, Element> {
  const [scrollMargin, setMargin] = useState(0);
  useLayoutEffect(() => {
    const box = body.current;
    if (!box) return;
    const measure = () => setMargin(Math.round(box.getBoundingClientRect().top + scrollY));
    measure();
    const resize = new ResizeObserver(measure);
    resize.observe(document.body);
    return () => resize.disconnect();
  }, [body]);
  const virtual = useWindowVirtualizer({
    count: heights.length,
    estimateSize: (index) => heights[index] ?? 30,
    overscan: 8,
    scrollMargin,
  });
  const sizes = heights.join(' ');
  // Dependencies on purpose: other heights have to be measured anew.
  useLayoutEffect(() => virtual.measure(), [sizes]);
  return virtual;
}
