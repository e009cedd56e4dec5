import { type RefObject, useEffect, useRef } from 'react';

interface RowKeys {
  body: RefObject<HTMLElement | null>;
  count: number;
  /** Enter: a breaker is opened, a group folded. */
  open: (index: number) => void;
  /** Left and right fold and unfold. True where that was something to do. */
  fold: (index: number, folded: boolean) => boolean;
  show: (index: number) => void;
}

/** `j` and `k` (or arrows) move the focus from row to row, Enter opens. A row that is not there yet is scrolled to. */
export function useRowKeys(keys: RowKeys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const focus = (index: number, tries = 0) => {
      const row = latest.current.body.current?.querySelector<HTMLElement>(`[data-row="${index}"]`);
      if (row) row.focus({ preventScroll: true });
      else if (tries < 10) requestAnimationFrame(() => focus(index, tries + 1));
    };
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.metaKey || event.ctrlKey || event.altKey || target.closest('input, textarea, select, dialog'))
        return;
      const held = document.activeElement?.closest('[data-row]')?.getAttribute('data-row');
      const index = held === null || held === undefined ? -1 : Number(held);
      const { count, open, fold, show } = latest.current;
      const step = event.key === 'j' ? 1 : event.key === 'k' ? -1 : 0;
      const arrow = index < 0 ? 0 : event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
      if ((step || arrow) && count > 0) {
        event.preventDefault();
        const next = Math.min(count - 1, Math.max(0, index + (step || arrow)));
        show(next);
        focus(next);
      } else if (index >= 0 && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) {
        if (fold(index, event.key === 'ArrowLeft')) event.preventDefault();
      } else if (event.key === 'Enter' && index >= 0 && target.closest('a, button') === null) {
        event.preventDefault();
        open(index);
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}
