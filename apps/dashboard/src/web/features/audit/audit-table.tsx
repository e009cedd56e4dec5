import type { AuditRecord } from '@cb/protocol';
import { Link } from 'wouter';
import { breakerPath, withSearch } from '../../lib/paths.ts';
import { roleWord } from '../../lib/roles.ts';
import { breakersOf, deedWords, outcomeWords, resultLine } from './audit-words.ts';

const when = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

export function AuditTable({ records }: { records: readonly AuditRecord[] }) {
  return (
    <table className="panel audit-table" aria-label="Audit log">
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Who</th>
          <th scope="col">What</th>
          <th scope="col">Breaker</th>
          <th scope="col">Instances</th>
          <th scope="col">Reason</th>
        </tr>
      </thead>
      <tbody>
        {records.map((record) => (
          <AuditRow key={record.audit} record={record} />
        ))}
      </tbody>
    </table>
  );
}

function AuditRow({ record }: { record: AuditRecord }) {
  const exact = new Date(record.t).toISOString();
  const { results = [] } = record;
  const failed = results.filter(({ ok }) => !ok).length;
  return (
    <tr data-audit={record.audit} data-action={record.action}>
      <td className="audit-when">
        <time dateTime={exact} title={exact}>
          {when.format(record.t)}
        </time>
      </td>
      <td>
        <Who record={record} />
      </td>
      <td>
        {deedWords(record)}
        {record.action === 'control' && record.note && (
          <span className="muted audit-note">{record.note}</span>
        )}
        {record.config !== undefined && <code className="audit-config">{JSON.stringify(record.config)}</code>}
      </td>
      <td>
        <Breakers record={record} />
      </td>
      <td>
        {results.length > 0 && (
          <details>
            <summary className={failed > 0 ? 'audit-failed' : ''}>{outcomeWords(record)}</summary>
            <ul>
              {results.map((result, i) => (
                <li key={i}>{resultLine(result)}</li>
              ))}
            </ul>
          </details>
        )}
      </td>
      <td className="audit-reason">{record.reason}</td>
    </tr>
  );
}

/** The name is what somebody said; the token is what the server saw. */
function Who({ record }: { record: AuditRecord }) {
  return (
    <>
      {record.by && <b className="audit-by">{record.by}</b>}
      <span className="audit-token">
        {roleWord(record.role)} <code title="Mark of the token">{record.token}</code>
      </span>
      <span className="muted audit-address">{record.address}</span>
    </>
  );
}

function Breakers({ record }: { record: AuditRecord }) {
  const breakers = breakersOf(record);
  const [first] = breakers;
  if (!first) return null;
  return (
    <>
      <Link className="audit-breaker" href={withSearch(breakerPath(first.service, first.name))}>
        {first.name}
      </Link>{' '}
      <span className="muted">
        {first.service}
        {breakers.length > 1 && ` and ${breakers.length - 1} more`}
      </span>
    </>
  );
}
