import { type RefObject, useEffect, useRef } from 'react';
import { useKeyList } from '../../lib/key-list.ts';

interface RowKeys {
  body: RefObject<HTMLElement | null>;
  count: number;
  /** Enter: a breaker is opened, a group folded. */
  open: (index: number) => void;
  /** Left and right fold and unfold. True where that was something to do. */
  fold: (index: number, folded: boolean) => boolean;
  show: (index: number) => void;
}

/** The row that has the focus; -1 for none. */
function focusedRow(): number {
  const row = document.activeElement?.closest('[data-row]')?.getAttribute('data-row');
  return row === null || row === undefined ? -1 : Number(row);
}

/** Moves the focus from row to row. A row that is not there yet is scrolled to. */
export function useRowKeys({ body, count, open, fold, show }: RowKeys): void {
  const focus = (index: number, tries = 0) => {
    const row = body.current?.querySelector<HTMLElement>(`[data-row="${index}"]`);
    if (row) row.focus({ preventScroll: true });
    else if (tries < 10) requestAnimationFrame(() => focus(index, tries + 1));
  };
  useKeyList({
    step: (by) => {
      if (count === 0) return;
      const next = Math.min(count - 1, Math.max(0, focusedRow() + by));
      show(next);
      focus(next);
    },
    open: () => open(focusedRow()),
    focused: () => focusedRow() >= 0,
  });
  useFoldKeys(fold);
}

/** The arrows to the sides mean something on a group only, so no command has them. */
function useFoldKeys(fold: RowKeys['fold']): void {
  const latest = useRef(fold);
  latest.current = fold;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
      if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented) return;
      const row = focusedRow();
      if (row >= 0 && latest.current(row, event.key === 'ArrowLeft')) event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}
