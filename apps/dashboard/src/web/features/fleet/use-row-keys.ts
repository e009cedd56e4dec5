import type { RefObject } from 'react';
import { useKeyList } from '../../lib/key-list.ts';

interface RowKeys {
  body: RefObject<HTMLElement | null>;
  count: number;
  open: (index: number) => void;
  show: (index: number) => void;
}

/** The row that has the focus; -1 for none. */
function focusedRow(): number {
  const row = document.activeElement?.closest('[data-row]')?.getAttribute('data-row');
  return row === null || row === undefined ? -1 : Number(row);
}

/** Moves the focus from row to row. A row that is not there yet is scrolled to. */
export function useRowKeys({ body, count, open, show }: RowKeys): void {
  const focus = (index: number, tries = 0) => {
    const row = body.current?.querySelector<HTMLElement>(`[data-row="${index}"]`);
    if (row) row.focus({ preventScroll: false });
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
}
