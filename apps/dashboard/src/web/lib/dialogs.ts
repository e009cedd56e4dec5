import type { ControlOp } from '@cb/protocol';
import { useSyncExternalStore } from 'react';
import { createListeners } from './listeners.ts';

/** What somebody wants to do, and is asked about in a dialog. */
export type Asked =
  | { what: 'take-control' }
  | { what: 'act'; row: number; op: Exclude<ControlOp, 'configure'> }
  | {
      what: 'settings';
      row: number;
      /** Settings to start from in place of those in force: a part of a configuration, or all of it. */
      proposed?: unknown;
    };

const changed = createListeners();
let asked: Asked | undefined;

export function useAsked(): Asked | undefined {
  return useSyncExternalStore(changed.add, () => asked);
}

export function openTakeControl(): void {
  set({ what: 'take-control' });
}

export function openAct(row: number, op: Exclude<ControlOp, 'configure'>): void {
  set({ what: 'act', row, op });
}

/**
 * Asks an administrator to change settings: those in force, or `proposed` laid over them. Nothing is sent before the
 * difference was shown and confirmed.
 */
export function openSettings(row: number, proposed?: unknown): void {
  set(proposed === undefined ? { what: 'settings', row } : { what: 'settings', row, proposed });
}

export function closeDialog(): void {
  set(undefined);
}

function set(next: Asked | undefined): void {
  asked = next;
  changed.emit();
}
