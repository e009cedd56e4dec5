import { type FocusEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { RowView } from '../../live/row-view.ts';
import { byTrouble, inHeldOrder } from './order.ts';

/** Trouble first, but nothing moves under the pointer or the keyboard: the order waits until both have left the list. */
export function useHeldOrder(rows: readonly RowView[], onHeld: (held: boolean) => void) {
  const [pointer, setPointer] = useState(false);
  const [focus, setFocus] = useState(false);
  const held = pointer || focus;
  const order = useRef<string[]>([]);
  const sorted = useMemo(
    () => (held ? inHeldOrder(rows, order.current) : [...rows].sort(byTrouble)),
    [rows, held],
  );
  useEffect(() => {
    order.current = sorted.map((row) => row.key);
  }, [sorted]);
  useEffect(() => onHeld(held), [held, onHeld]);
  const holders = {
    onPointerEnter: (event: PointerEvent) => setPointer(event.pointerType === 'mouse'),
    onPointerLeave: () => setPointer(false),
    onFocus: () => setFocus(true),
    onBlur: (event: FocusEvent) => setFocus(event.currentTarget.contains(event.relatedTarget)),
  };
  return { sorted, holders };
}
