import { Glyph } from '../../components/glyph.tsx';
import { count } from '../../lib/format.ts';
import { STATE_SLUGS, type StateSlug, slugOf, wordOf } from '../../lib/states.ts';
import type { RowView } from '../../live/row-view.ts';

interface Props {
  rows: readonly RowView[];
  loaded: boolean;
  chosen: ReadonlySet<StateSlug>;
  onToggle: (slug: StateSlug) => void;
}

/** How many breakers are in which state. Each number is also the filter for it. */
export function StateCounts({ rows, loaded, chosen, onToggle }: Props) {
  const counts: Record<StateSlug, number> = { open: 0, 'half-open': 0, isolated: 0, 'no-data': 0, closed: 0 };
  for (const row of rows) counts[slugOf(row.code)]++;
  return (
    <fieldset className="counts" aria-label="Filter by state">
      {STATE_SLUGS.map((slug) => (
        <button
          key={slug}
          type="button"
          className={`count count-${slug} ${counts[slug] === 0 ? 'count-none' : ''}`}
          aria-pressed={chosen.has(slug)}
          onClick={() => onToggle(slug)}
          data-count={slug}
        >
          <span className="count-name">
            <Glyph state={slug} />
            <span>{wordOf(slug)}</span>
          </span>
          <span className="count-number">{loaded ? count(counts[slug]) : '–'}</span>
          <span className="count-note">{loaded ? noteOf(slug, rows, counts[slug]) : ' '}</span>
        </button>
      ))}
    </fieldset>
  );
}

function noteOf(slug: StateSlug, rows: readonly RowView[], n: number): string {
  if (slug === 'closed') return `of ${count(rows.length)}`;
  if (n === 0) return 'none';
  if (slug === 'half-open') return 'probing';
  if (slug === 'isolated') return 'by hand';
  const these = rows.filter((row) => slugOf(row.code) === slug);
  if (slug === 'no-data') return these.every(({ since }) => since === 0) ? 'nothing known' : 'lost heartbeat';
  const services = new Set(these.map((row) => row.service));
  return services.size === 1 ? `in ${[...services][0]}` : `in ${services.size} services`;
}
