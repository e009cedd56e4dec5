import { getView, onViewChange } from '../lib/view.ts';
import { Connection } from './connection.ts';
import { PastFleet } from './past-fleet.ts';
import type { RowView } from './row-view.ts';

/** One line to the server for the whole page. */
export const connection: Connection = new Connection();
export const { store, history, markers } = connection;
/** The fleet as it was, while the page shows the past. */
export const past: PastFleet = new PastFleet(store, history);

function follow(): void {
  store.hold(getView().at !== null);
}
onViewChange(follow);
follow();

/** One row at the moment that the page shows. */
export function shownRow(row: number): RowView | undefined {
  return past.view(row) ?? store.view(row);
}
