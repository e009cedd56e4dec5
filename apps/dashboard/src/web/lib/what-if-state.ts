import { useSyncExternalStore } from 'react';
import { createListeners } from './listeners.ts';

/** What is tried on a breaker's page. The address holds the same, so that a link shows the same. */
export interface WhatIfState {
  open: boolean;
  /** Parts of a configuration that are others than in force; whatever the address says. */
  changes: unknown;
  /** The instance it is tried on; `*` for all of them, empty for the one that the page chooses. */
  on: string;
}

const CLOSED: WhatIfState = { open: false, changes: {}, on: '' };
export const ALL_INSTANCES = '*';
/** Names in the address; links to other pages leave them out. */
const OPEN = 'whatif';
const ON = 'on';
/** Longer than any configuration; a longer address is not one of ours. */
const MOST_CHARS = 6_000;

const changed = createListeners();
let state = fromAddress();
let writing: ReturnType<typeof setTimeout> | undefined;

export function useWhatIf(): WhatIfState {
  return useSyncExternalStore(changed.add, () => state);
}

export function setWhatIf(more: Partial<WhatIfState>): void {
  state = { ...state, ...more };
  changed.emit();
  // Browsers refuse hundreds of address changes in a row, which a drag would be.
  clearTimeout(writing);
  writing = setTimeout(toAddress, 150);
}

export function toggleWhatIf(): void {
  setWhatIf({ open: !state.open });
}

/** Another page, or another breaker: what the address says now. */
export function readWhatIf(): void {
  clearTimeout(writing);
  state = fromAddress();
  changed.emit();
}

function fromAddress(): WhatIfState {
  const params = new URLSearchParams(location.search);
  const text = params.get(OPEN);
  if (text === null) return CLOSED;
  return { open: true, changes: parse(text), on: params.get(ON) ?? '' };
}

function parse(text: string): unknown {
  try {
    return text === '' || text.length > MOST_CHARS ? {} : JSON.parse(text);
  } catch {
    return {};
  }
}

function toAddress(): void {
  const params = new URLSearchParams(location.search);
  params.delete(OPEN);
  params.delete(ON);
  if (state.open) {
    const text = JSON.stringify(state.changes);
    params.set(OPEN, text === '{}' || text.length > MOST_CHARS ? '' : text);
    if (state.on !== '') params.set(ON, state.on);
  }
  const search = params.toString();
  history.replaceState(history.state, '', `${location.pathname}${search ? `?${search}` : ''}`);
}

addEventListener('popstate', readWhatIf);
