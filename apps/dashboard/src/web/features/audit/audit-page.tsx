import { useMemo } from 'react';
import { useSearchParams } from 'wouter';
import { mayAct } from '../../lib/roles.ts';
import { useConnectionState, useControlConfigured, useFleetIndex, useRole } from '../../live/hooks.ts';
import { AuditTable } from './audit-table.tsx';
import { matchesRecord } from './audit-words.ts';
import { NoPermission } from './no-permission.tsx';
import { useAudit } from './use-audit.ts';
import './audit.css';

/** Who did what to which breaker, and why: for operators. */
export function AuditPage() {
  const role = useRole();
  const control = useControlConfigured();
  const { loaded } = useFleetIndex();
  const connecting = useConnectionState() === 'connecting' || !loaded;
  const allowed = mayAct(role, 'operator');
  const { records, more, state, older } = useAudit(allowed);
  const [params, setParams] = useSearchParams();
  const query = params.get('q')?.trim() ?? '';
  const shown = useMemo(() => records.filter((record) => matchesRecord(record, query)), [records, query]);
  const showAll = () =>
    setParams(
      (held) => {
        const next = new URLSearchParams(held);
        next.delete('q');
        return next;
      },
      { replace: true },
    );
  return (
    <main className="page" data-page="audit">
      <h1 className="hidden">Audit log</h1>
      {connecting && !allowed ? (
        <Notice>Connecting to the dashboard server…</Notice>
      ) : !allowed || state === 'forbidden' ? (
        <NoPermission control={control} />
      ) : state !== 'ready' ? (
        <Notice>
          {state === 'failed'
            ? 'The audit log could not be read; it is tried again.'
            : 'Reading the audit log…'}
        </Notice>
      ) : records.length === 0 ? (
        <Notice>Nobody has acted yet. What operators do is listed here, with who and why.</Notice>
      ) : (
        <>
          {shown.length > 0 ? (
            <AuditTable records={shown} />
          ) : (
            <Notice>
              <p>No record matches.</p>
              <button type="button" className="button" onClick={showAll}>
                Show all {records.length}
              </button>
            </Notice>
          )}
          {more && (
            <p className="audit-more">
              <button type="button" className="button" onClick={older}>
                Older
              </button>
            </p>
          )}
        </>
      )}
    </main>
  );
}

function Notice({ children }: { children: React.ReactNode }) {
  return (
    <div className="notice" role="status">
      {children}
    </div>
  );
}
