import { useCallback, useMemo, useState } from 'react';
import { ExportMenu } from '../../components/export-menu.tsx';
import { useConnectionState, useFleetIndex } from '../../live/hooks.ts';
import type { RowView } from '../../live/row-view.ts';
import { EmptyFleet } from './empty-fleet.tsx';
import { FilterBar } from './filter-bar.tsx';
import { toggled, useFilters } from './filters.ts';
import { FleetList } from './fleet-list.tsx';
import { FleetStrip } from './fleet-strip.tsx';
import { NoMatch } from './no-match.tsx';
import { OverviewStrip } from './overview-strip.tsx';
import { StateCounts } from './state-counts.tsx';
import { useListed } from './use-listed.ts';
import './fleet.css';

export function FleetPage() {
  const { rows, loaded, epoch } = useFleetIndex();
  const state = useConnectionState();
  const [filters, change] = useFilters();
  const [held, setHeld] = useState(false);
  const { scoped, listed } = useListed(rows, filters);
  const { services, tagKeys } = useNames(rows);
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
        <OverviewStrip all={rows} listed={scoped} service={filters.service} />
      </div>
      {loaded && rows.length === 0 ? (
        <EmptyFleet />
      ) : (
        <>
          <FilterBar
            filters={filters}
            services={services}
            tagKeys={tagKeys}
            held={held}
            onChange={change}
            more={<ExportMenu rows={listed} of="fleet" />}
          />
          {!loaded ? (
            <div className="notice" role="status">
              {state === 'unauthorized'
                ? 'This dashboard asks for a token.'
                : 'Connecting to the dashboard server…'}
            </div>
          ) : listed.length === 0 ? (
            <NoMatch all={rows.length} query={filters.query} onChange={change} />
          ) : filters.strip ? (
            <FleetStrip rows={listed} epoch={epoch} filters={filters} />
          ) : (
            <FleetList rows={listed} epoch={epoch} filters={filters} onChange={change} onHeld={onHeld} />
          )}
        </>
      )}
    </main>
  );
}

/** Services to filter by, and keys of tags to group by. */
function useNames(rows: readonly RowView[]): { services: string[]; tagKeys: string[] } {
  const size = rows.length;
  // Dependencies on purpose: they come and go with rows, not with states.
  return useMemo(() => {
    const services = new Set<string>();
    const tags = new Set<Record<string, string>>();
    for (const row of rows) {
      services.add(row.service);
      tags.add(row.tags);
    }
    const keys = new Set([...tags].flatMap((each) => Object.keys(each)));
    return { services: [...services].sort(), tagKeys: [...keys].sort() };
  }, [size, rows[0]?.row]);
}
