import { getView, onViewChange } from '../lib/view.ts';
import { Connection } from './connection.ts';

/** One line to the server for the whole page. */
export const connection: Connection = new Connection();
export const { store, history, markers } = connection;

function follow(): void {
  store.hold(getView().at !== null);
}
onViewChange(follow);
follow();
