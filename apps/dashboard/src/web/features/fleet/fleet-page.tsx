import { useCallback, useMemo, useState } from 'react';
import { matches } from '../../lib/search.ts';
import { type StateSlug, slugOf } from '../../lib/states.ts';
import { useConnectionState, useFleetIndex } from '../../live/hooks.ts';
import { EmptyFleet } from './empty-fleet.tsx';
import { FilterBar } from './filter-bar.tsx';
import { toggled, useFilters } from './filters.ts';
import { FleetList } from './fleet-list.tsx';
import { StateCounts } from './state-counts.tsx';
import { TroubleStrip } from './trouble-strip.tsx';
import './fleet.css';

export function FleetPage() {
  const { rows, loaded, epoch } = useFleetIndex();
  const state = useConnectionState();
  const [filters, change] = useFilters();
  const { service, query, compact } = filters;
  const [held, setHeld] = useState(false);
  const scoped = useMemo(
    () => rows.filter((row) => (service === '' || row.service === service) && matches(row, query)),
    [rows, service, query],
  );
  const chosen = [...filters.states].join(',');
  const listed = useMemo(() => {
    const states = new Set(chosen.split(',') as StateSlug[]);
    return chosen === '' ? scoped : scoped.filter((row) => states.has(slugOf(row.code)));
  }, [scoped, chosen]);
  const services = useMemo(() => [...new Set(rows.map((row) => row.service))].sort(), [rows]);
  const onHeld = useCallback((now: boolean) => setHeld(now), []);

  return (
    <main className="page" data-page="fleet" data-held={held}>
      <h1 className="hidden">Fleet</h1>
      <div className="summary">
        <StateCounts
          rows={scoped}
          loaded={loaded}
          chosen={filters.states}
          onToggle={(slug) => change({ state: toggled(filters.states, slug) })}
        />
        <TroubleStrip rows={scoped} />
      </div>
      {loaded && rows.length === 0 ? (
        <EmptyFleet />
      ) : (
        <>
          <FilterBar filters={filters} services={services} held={held} onChange={change} />
          {loaded ? (
            listed.length > 0 ? (
              <FleetList rows={listed} epoch={epoch} compact={compact} onHeld={onHeld} />
            ) : (
              <div className="notice" role="status">
                <p>No breaker matches.</p>
                <button
                  type="button"
                  className="button"
                  onClick={() => change({ state: '', service: '', q: '' })}
                >
                  Show all {rows.length}
                </button>
              </div>
            )
          ) : (
            <div className="notice" role="status">
              {state === 'unauthorized'
                ? 'This dashboard asks for a token.'
                : 'Connecting to the dashboard server…'}
            </div>
          )}
        </>
      )}
    </main>
  );
}
