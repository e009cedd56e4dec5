import type { EventRecord, InstanceEntry, Lane, LaneCounts, RowSummary } from './wire.ts';

/**
 * GET /api/v1/directory?instances=0 : the rows as columns of equal length. A column that ends in `Of` holds places in the
 * list of that name, of values that many rows share. Ten thousand breakers are some tens of kB compressed.
 */
export interface DirectoryColumns {
  epoch: string;
  /** Sequence number of the state deltas that this answer includes. */
  seq: number;
  now: number;
  /** As in `Directory`. */
  keptMs?: number;
  /** Each row's number less that of the row before. */
  row: number[];
  name: string[];
  code: Lane[];
  /** Whole seconds before `now`: enough for a time in state, and short. */
  sinceSeconds: number[];
  service: string[];
  serviceOf: number[];
  tags: Record<string, string>[];
  tagsOf: number[];
  counts: LaneCounts[];
  countsOf: number[];
  limits: Pick<RowSummary, 'failureLimit' | 'slowMs'>[];
  limitsOf: number[];
  /** What few rows have; `at` is the place of the row in the columns. */
  more: RowExtras[];
}

interface RowExtras {
  at: number;
  opens?: number;
  instance?: string;
  laid?: InstanceEntry[];
  last?: EventRecord;
  /** Only of rows that are not closed. */
  opened?: EventRecord;
}

/** Values that many rows share, each once. */
class Shared<T> {
  readonly values: T[] = [];
  readonly #places: Map<string, number> = new Map();

  placeOf(value: T): number {
    const key = JSON.stringify(value);
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    this.#places.set(key, this.values.length);
    return this.values.push(value) - 1;
  }
}

/** Rows as columns. */
export function packDirectory(
  rows: readonly RowSummary[],
  head: Pick<DirectoryColumns, 'epoch' | 'seq' | 'now' | 'keptMs'>,
): DirectoryColumns {
  const service = new Shared<string>();
  const tags = new Shared<Record<string, string>>();
  const counts = new Shared<LaneCounts>();
  const limits = new Shared<Pick<RowSummary, 'failureLimit' | 'slowMs'>>();
  return {
    ...head,
    row: rows.map(({ row }, at) => row - (rows[at - 1]?.row ?? 0)),
    name: rows.map(({ name }) => name),
    code: rows.map(({ code }) => code),
    sinceSeconds: rows.map(({ since }) => Math.round((head.now - since) / 1_000)),
    serviceOf: rows.map((row) => service.placeOf(row.service)),
    service: service.values,
    tagsOf: rows.map((row) => tags.placeOf(row.tags)),
    tags: tags.values,
    countsOf: rows.map((row) => counts.placeOf(row.counts)),
    counts: counts.values,
    limitsOf: rows.map((row) => limits.placeOf(limitsOf(row))),
    limits: limits.values,
    more: rows.flatMap((row, at) => extrasOf(row, at) ?? []),
  };
}

function limitsOf({ failureLimit, slowMs }: RowSummary): Pick<RowSummary, 'failureLimit' | 'slowMs'> {
  return { ...(failureLimit !== undefined && { failureLimit }), ...(slowMs !== undefined && { slowMs }) };
}

function extrasOf(
  { opens, instance, laid, last, opened, code }: RowSummary,
  at: number,
): RowExtras | undefined {
  if (opens === 0 && instance === undefined && laid === undefined && last === undefined) return undefined;
  const extras: RowExtras = { at };
  if (opens > 0) extras.opens = opens;
  if (instance !== undefined) extras.instance = instance;
  if (laid !== undefined) extras.laid = laid;
  if (last !== undefined) extras.last = last;
  if (opened !== undefined && code !== 1) extras.opened = opened;
  return extras;
}

/** Columns as rows. Rows share the objects of what they have in common. */
export function unpackDirectory(columns: DirectoryColumns): RowSummary[] {
  const { now, service, tags, counts, limits } = columns;
  let row = 0;
  const rows = columns.row.map((step, at): RowSummary => {
    row += step;
    return {
      row,
      service: service[columns.serviceOf[at] as number] as string,
      name: columns.name[at] as string,
      tags: tags[columns.tagsOf[at] as number] as Record<string, string>,
      code: columns.code[at] as Lane,
      since: now - (columns.sinceSeconds[at] as number) * 1_000,
      counts: counts[columns.countsOf[at] as number] as LaneCounts,
      opens: 0,
      ...limits[columns.limitsOf[at] as number],
    };
  });
  for (const { at, ...extras } of columns.more) Object.assign(rows[at] as RowSummary, extras);
  return rows;
}
