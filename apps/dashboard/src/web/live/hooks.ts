import type { DirectoryRow, Marker, Role, Totals } from '@cb/protocol';
import { useEffect, useSyncExternalStore } from 'react';
import { getView, onViewChange, timeWindow } from '../lib/view.ts';
import type { ConnectionState } from './connection.ts';
import { connection, history, markers, past, shownRow, store } from './live.ts';
import type { RowView } from './row-view.ts';
import type { FleetIndex } from './store.ts';

export function useConnectionState(): ConnectionState {
  return useSyncExternalStore(connection.changed.add, connection.state);
}

/** What the token of this tab allows. */
export function useRole(): Role {
  return useSyncExternalStore(connection.changed.add, () => connection.standing().role);
}

/** Whether anybody can act from these pages: the server has a token for it. */
export function useControlConfigured(): boolean {
  return useSyncExternalStore(connection.changed.add, () => connection.standing().control);
}

/** Whether the server watches for something to tell to webhooks. */
export function useAlertsConfigured(): boolean {
  return useSyncExternalStore(connection.changed.add, () => connection.standing().alerts);
}

function onIndex(listener: () => void): () => void {
  const stop = [store.indexChanged.add(listener), past.changed.add(listener)];
  return () => {
    for (const each of stop) each();
  };
}

/** The fleet at the moment that the page shows. */
export function useFleetIndex(): FleetIndex {
  return useSyncExternalStore(onIndex, () => past.index() ?? store.index());
}

export function useTotals(): Totals | undefined {
  return useSyncExternalStore(store.totalsChanged.add, store.totals);
}

export function useMissed(): number {
  return useSyncExternalStore(store.missedChanged.add, store.missed);
}

/** Deploys and notes, oldest first. */
export function useMarkers(): readonly Marker[] {
  return useSyncExternalStore(markers.changed.add, markers.all);
}

/** One row at the moment that the page shows: only its own changes render again. */
export function useRow(row: number): RowView | undefined {
  return useSyncExternalStore(
    (listener) => {
      const stop = [store.onRow(row, listener), past.changed.add(listener)];
      return () => {
        for (const each of stop) each();
      };
    },
    () => shownRow(row),
  );
}

function onPresent(listener: () => void): () => void {
  const stop = [store.deltas.add(listener), store.described.add(listener), store.indexChanged.add(listener)];
  return () => {
    for (const each of stop) each();
  };
}

/** One row as it is, also while the page is paused. */
export function usePresentRow(row: number): DirectoryRow | undefined {
  return useSyncExternalStore(onPresent, () => store.present(row));
}

/** Tells the server which rows are on screen, for as long as they are, and whether their instances are wanted too. */
export function useWatch(rows: readonly number[], epoch: string, instances = false): void {
  const key = `${epoch}:${instances}:${rows.join(',')}`;
  // Dependencies on purpose: the key says when the list is another one.
  useEffect(() => connection.watch(rows, instances), [key]);
}

const RETRY_MS = 2000;
/** Scrolling shows other rows in every frame; they are asked for together. */
const GATHER_MS = 50;
let loadedAt = Number.NEGATIVE_INFINITY;
/** The first lanes of all are asked for while their rows are being rendered, which takes longer than the answer. */
let early: Promise<void> | undefined;

/** Keeps the lanes of these rows loaded for the range on screen, half a range to the left included. */
export function useTimeline(rows: readonly number[], lanes: boolean): void {
  const { epoch } = useFleetIndex();
  const state = useConnectionState();
  // A directory may be there before the line is: what is read then is carried on once it stands.
  const ready = epoch !== '' && (state === 'live' || state === 'connecting');
  const read = () => history.ensure(rows, timeWindow().from - getView().spanMs / 2, lanes, epoch);
  if (ready && rows.length > 0) early ??= read().catch(() => {});
  const key = `${epoch}:${state}:${lanes}:${rows.join(',')}`;
  // Dependencies on purpose: the key says when the list is another one.
  useEffect(() => {
    if (!ready) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const load = async () => {
      loadedAt = performance.now();
      await early;
      // A failed read is tried again for as long as somebody looks.
      await read().catch(() => later(RETRY_MS));
    };
    const later = (ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => void load(), ms);
    };
    if (performance.now() - loadedAt > GATHER_MS) void load();
    else later(GATHER_MS);
    const stop = onViewChange(() => later(120));
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [key]);
}
