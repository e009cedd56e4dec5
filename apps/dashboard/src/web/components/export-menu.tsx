import { answer } from '../lib/announce.ts';
import { fileName, save, stamp } from '../lib/download.ts';
import { drawPicture, type PictureLane } from '../lib/picture.ts';
import { slugOf } from '../lib/states.ts';
import { codeAt } from '../lib/track.ts';
import { timeWindow } from '../lib/view.ts';
import { copyLink } from '../lib/view-link.ts';
import { ApiError, type Exported, readExport } from '../live/api.ts';
import { connection, history, shownRow, store } from '../live/live.ts';
import type { RowView } from '../live/row-view.ts';
import { Menu, type MenuItem } from './menu.tsx';

/** Rows that the server is asked for by number; of more than that it is asked for all. */
const MOST_ROWS = 500;
const WHAT = { events: 'Events', lanes: 'Lanes', series: 'Charts' } as const;

interface Props {
  /** What is listed: the one breaker, or those that the filters leave. */
  rows: readonly RowView[];
  of: 'fleet' | 'breaker';
}

/** What is on screen as a file: changes, lanes and numbers from the server, and a picture of the lanes. */
export function ExportMenu({ rows, of }: Props) {
  const whats = of === 'breaker' ? (['events', 'lanes', 'series'] as const) : (['events', 'lanes'] as const);
  const items: MenuItem[] = [
    ...whats.flatMap((what) =>
      (['csv', 'json'] as const).map((format) => ({
        key: `${what}-${format}`,
        label: `${WHAT[what]} as ${format.toUpperCase()}`,
        onChoose: () => void exportFile(rows, of, { what, format }),
      })),
    ),
    { key: 'picture', label: 'Picture (PNG)', onChoose: () => void exportPicture(rows, of) },
    { key: 'link', label: 'Copy link to this moment', onChoose: () => void copyLink() },
  ];
  return <Menu label="Export" items={items} title="The range on screen, as a file" />;
}

async function exportFile(
  rows: readonly RowView[],
  of: Props['of'],
  file: Pick<Exported, 'what' | 'format'>,
): Promise<void> {
  const { from, to } = timeWindow();
  const all = rows.length > MOST_ROWS;
  const asked = of === 'fleet' && (all || rows.length === store.index().rows.length) ? undefined : rows;
  try {
    const { blob, truncated } = await readExport({ ...file, from, to, rows: asked?.map(({ row }) => row) });
    save(blob, fileName([...titleOf(rows, of), file.what, stamp(to)], file.format));
    if (truncated) answer('Saved, but cut: it was too much for one file. Choose a shorter range.');
    else if (of === 'fleet' && all) answer('Saved, with all breakers: more are listed than can be named.');
    else answer('Saved.');
  } catch (error) {
    answer(failed(error));
  }
}

function failed(error: unknown): string {
  if (!(error instanceof ApiError)) return 'The server cannot be reached.';
  return error.status === 404 ? 'This server does not export.' : `Not saved: ${error.said}`;
}

/** Of the fleet those on screen, in their order; of a breaker its instances too. */
async function exportPicture(rows: readonly RowView[], of: Props['of']): Promise<void> {
  const { from, to } = timeWindow();
  const shown = of === 'breaker' ? rows.map(({ row }) => row) : connection.watched();
  await history.ensure(shown, from, of === 'breaker', store.epoch).catch(() => {});
  const lanes = shown.flatMap((row) => lanesOf(row, to, of === 'breaker'));
  const until = Math.min(to, connection.knownUntil());
  const title = titleOf(rows, of).join(' / ');
  const canvas = drawPicture({ title, lanes, from, to, until: to, knownUntil: until });
  canvas.toBlob((blob) => {
    if (!blob) return answer('The browser could not make the picture.');
    save(blob, fileName([...titleOf(rows, of), stamp(to)], 'png'));
    answer('Saved.');
  }, 'image/png');
}

function lanesOf(row: number, to: number, instances: boolean): PictureLane[] {
  const view = shownRow(row);
  if (!view) return [];
  const track = history.row(row);
  const of = instances ? '' : view.service;
  const lanes: PictureLane[] = [
    { name: view.name, of, state: slugOf(codeAt(track, to) ?? view.code), track, size: 'row' },
  ];
  for (const each of instances ? view.instances : []) {
    const lane = history.lane(each.lane);
    lanes.push({
      name: each.instance,
      of: '',
      state: slugOf(codeAt(lane, to) ?? each.code),
      track: lane,
      size: 'thin',
    });
  }
  return lanes;
}

function titleOf(rows: readonly RowView[], of: Props['of']): string[] {
  const [first] = rows;
  return of === 'breaker' && first ? [first.service, first.name] : ['breakers'];
}
