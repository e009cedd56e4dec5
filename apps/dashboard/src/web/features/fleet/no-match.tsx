import { count } from '../../lib/format.ts';
import { readQuery } from '../../lib/search.ts';
import type { ChangeFilters } from './filters.ts';

interface Props {
  all: number;
  query: string;
  onChange: ChangeFilters;
}

export function NoMatch({ all, query, onChange }: Props) {
  const { terms } = readQuery(query);
  const only = terms.length === 1 ? terms[0] : undefined;
  return (
    <div className="notice" role="status">
      <p>No breaker matches.</p>
      <button type="button" className="button" onClick={() => onChange({ state: '', service: '', q: '' })}>
        Show all {count(all)}
      </button>
      {only?.in === 'all' && !only.not && (
        <button
          type="button"
          className="button"
          onClick={() => onChange({ q: `instance:${quoted(only.text)}` })}
        >
          Look for an instance of that name
        </button>
      )}
    </div>
  );
}

function quoted(text: string): string {
  return /\s/.test(text) ? `"${text}"` : text;
}
