import { wordOf } from '../../lib/states.ts';
import { type ChangeFilters, type Filters, SORTS, toggled } from './filters.ts';
import { writeNameSet } from './name-list.ts';

interface Props {
  filters: Filters;
  services: readonly string[];
  /** Keys of tags by which rows may be grouped. */
  tagKeys: readonly string[];
  held: boolean;
  onChange: ChangeFilters;
  /** Stands at the end. */
  more?: React.ReactNode;
}

/** What the list is filtered by, each part of it to be taken away by a click, and how it is laid out. */
export function FilterBar({ filters, services, tagKeys, held, onChange, more }: Props) {
  const { states, service, query, sort } = filters;
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
      {held && <span className="held-note">Order held while you are in the list</span>}
      <Grouping filters={filters} tagKeys={tagKeys} onChange={onChange} />
      <label className="chip">
        Sort{' '}
        <select value={sort} onChange={(event) => onChange({ sort: sortValue(event.target.value) })}>
          {Object.entries(SORTS).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <Layout filters={filters} onChange={onChange} />
      {more}
    </div>
  );
}

function sortValue(value: string): string {
  return value === 'trouble' ? '' : value;
}

function Grouping({ filters, tagKeys, onChange }: Pick<Props, 'filters' | 'tagKeys' | 'onChange'>) {
  const { group, folds } = filters;
  const keys = group.startsWith('tag:') ? [...new Set([...tagKeys, group.slice(4)])] : tagKeys;
  const allFolded = folds.all && folds.names.size === 0;
  return (
    <>
      <label className="chip">
        Group by{' '}
        <select
          value={group}
          onChange={(event) => onChange({ group: groupValue(event.target.value), fold: '', more: '' })}
        >
          <option value="service">service</option>
          {keys.map((key) => (
            <option key={key} value={`tag:${key}`}>
              tag {key}
            </option>
          ))}
          <option value="">nothing</option>
        </select>
      </label>
      {group !== '' && !filters.strip && (
        <button
          type="button"
          className="chip"
          onClick={() => onChange({ fold: allFolded ? '' : writeNameSet({ all: true, names: new Set() }) })}
        >
          {allFolded ? 'Unfold all' : 'Fold all'}
        </button>
      )}
    </>
  );
}

function groupValue(value: string): string {
  return value === 'service' ? '' : value === '' ? 'none' : value;
}

function Layout({ filters, onChange }: Pick<Props, 'filters' | 'onChange'>) {
  const { compact, strip } = filters;
  return (
    <>
      <button
        type="button"
        className="chip"
        aria-pressed={strip}
        title="Every breaker as a line of two pixels"
        onClick={() => onChange({ view: strip ? '' : 'strip' })}
      >
        View <b>{strip ? 'whole fleet' : 'table'}</b>
      </button>
      {!strip && (
        <button
          type="button"
          className="chip chip-density"
          aria-pressed={compact}
          onClick={() => onChange({ density: compact ? '' : 'compact' })}
        >
          Density <b>{compact ? 'compact' : 'comfortable'}</b>
        </button>
      )}
    </>
  );
}
