import { wordOf } from '../../lib/states.ts';
import { type Filters, toggled } from './filters.ts';

interface Props {
  filters: Filters;
  services: readonly string[];
  held: boolean;
  onChange: (change: Partial<Record<'state' | 'service' | 'q' | 'density', string>>) => void;
}

/** What the list is filtered by, each part of it to be taken away by a click. */
export function FilterBar({ filters, services, held, onChange }: Props) {
  const { states, service, query, compact } = filters;
  return (
    <div className="filter-bar">
      <label className="chip">
        Service:{' '}
        <select value={service} onChange={(event) => onChange({ service: event.target.value })}>
          <option value="">any</option>
          {services.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      </label>
      {[...states].map((slug) => (
        <button
          key={slug}
          type="button"
          className="chip"
          onClick={() => onChange({ state: toggled(states, slug) })}
        >
          <span className="hidden">Remove the filter</span>
          State: <b>{wordOf(slug).toLowerCase()}</b> <span aria-hidden="true">✕</span>
        </button>
      ))}
      {query && (
        <button type="button" className="chip" onClick={() => onChange({ q: '' })}>
          <span className="hidden">Remove the search</span>
          Search: <b>{query}</b> <span aria-hidden="true">✕</span>
        </button>
      )}
      <span className="filter-space" />
      <span className="held-note">{held ? 'Order held while you are in the list' : 'Trouble first'}</span>
      <button
        type="button"
        className="chip chip-density"
        aria-pressed={compact}
        onClick={() => onChange({ density: compact ? '' : 'compact' })}
      >
        Density <b>{compact ? 'compact' : 'comfortable'}</b>
      </button>
    </div>
  );
}
