import { type FocusEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { RowView } from '../../live/row-view.ts';
import { type Arrangement, arrange, carryOn, type Item } from './items.ts';

/**
 * The lines of the list in the order asked for. Nothing moves under the pointer or the keyboard: what changes by itself
 * waits until both have left the list, what somebody asks for does not.
 *
 * @param asked Says when somebody asked for something else: filters, groups, folds.
 */
export function useItems(
  rows: readonly RowView[],
  arrangement: Arrangement,
  asked: string,
  onHeld: (held: boolean) => void,
) {
  const [pointer, setPointer] = useState(false);
  const [focus, setFocus] = useState(false);
  const held = pointer || focus;
  const last = useRef<{ asked: string; items: readonly Item[]; known: ReadonlySet<number> }>(undefined);
  const { top, group } = arrangement;
  // Dependencies on purpose: `asked` stands for the rest of the arrangement.
  const items = useMemo(() => {
    const before = last.current;
    return held && before?.asked === asked
      ? carryOn(before.items, before.known, rows, group)
      : arrange(rows, arrangement);
  }, [rows, held, asked, top]);
  useEffect(() => {
    last.current = { asked, items, known: new Set(rows.map(({ row }) => row)) };
  }, [items, asked, rows]);
  useEffect(() => onHeld(held), [held, onHeld]);
  const holders = {
    onPointerEnter: (event: PointerEvent) => setPointer(event.pointerType === 'mouse'),
    onPointerLeave: () => setPointer(false),
    onFocus: () => setFocus(true),
    onBlur: (event: FocusEvent) => setFocus(event.currentTarget.contains(event.relatedTarget)),
  };
  return { items, holders };
}
