import { useMemo, useState } from 'react';
import { useSearchParams } from 'wouter';
import { count } from '../../lib/format.ts';
import { EmptyPolicies } from './empty-policies.tsx';
import { groupPolicies } from './group-policies.ts';
import { PolicyTable } from './policy-table.tsx';
import { usePolicies } from './use-policies.ts';
import './policies.css';

export function PoliciesPage() {
  const [params, setParams] = useSearchParams();
  const service = params.get('service') ?? '';
  const query = params.get('q')?.trim() ?? '';
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const list = usePolicies(service, opened.size > 0);
  const groups = useMemo(() => groupPolicies(list?.policies ?? [], query), [list, query]);
  const choose = (name: 'service' | 'q', value: string) => {
    setParams(
      (held) => {
        const next = new URLSearchParams(held);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  };
  const toggle = (key: string) => {
    setOpened((held) => {
      const next = new Set(held);
      if (!next.delete(key)) next.add(key);
      return next;
    });
  };
  return (
    <main className="page" data-page="policies">
      <h1 className="hidden">Policies</h1>
      {list === undefined ? (
        <div className="notice" role="status">
          Reading the policies…
        </div>
      ) : list.services.length === 0 ? (
        <EmptyPolicies />
      ) : (
        <>
          <div className="policy-bar">
            <label className="policy-chip">
              Service:{' '}
              <select value={service} onChange={(event) => choose('service', event.target.value)}>
                <option value="">any</option>
                {[...new Set([...list.services, ...(service ? [service] : [])])].map((each) => (
                  <option key={each} value={each}>
                    {each}
                  </option>
                ))}
              </select>
            </label>
            {query && (
              <button type="button" className="policy-chip" onClick={() => choose('q', '')}>
                <span className="hidden">Remove the search</span>
                Search: <b>{query}</b> <span aria-hidden="true">✕</span>
              </button>
            )}
            {list.more > 0 && (
              <span className="muted">
                The first {count(list.policies.length)}; {count(list.more)} more. Choose a service.
              </span>
            )}
          </div>
          {groups.size > 0 ? (
            <PolicyTable groups={groups} opened={opened} onToggle={toggle} />
          ) : (
            <div className="notice" role="status">
              No policy matches.
            </div>
          )}
        </>
      )}
    </main>
  );
}
