import { useEffect, useRef } from 'react';

/** The list that `j`, `k` and Enter move in: the one that is on screen. */
export interface KeyList {
  /** Moves the focus by one row, onto the first where none has it. */
  step: (by: 1 | -1) => void;
  /** Opens the row that has the focus. */
  open: () => void;
  /** Whether a row has the focus now. */
  focused: () => boolean;
}

let list: KeyList | undefined;

export function keyList(): KeyList | undefined {
  return list;
}

/** Makes this the list on screen for as long as the component is there. */
export function useKeyList(mine: KeyList): void {
  const latest = useRef(mine);
  latest.current = mine;
  useEffect(() => {
    const held: KeyList = {
      step: (by) => latest.current.step(by),
      open: () => latest.current.open(),
      focused: () => latest.current.focused(),
    };
    list = held;
    return () => {
      if (list === held) list = undefined;
    };
  }, []);
}
