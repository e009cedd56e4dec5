import type { PolicyRow } from '@cb/protocol';
import { PolicyRows } from './policy-rows.tsx';
import { usePolicyKeys } from './use-policy-keys.ts';

interface Props {
  groups: ReadonlyMap<string, readonly PolicyRow[]>;
  /** Keys of the rows whose instances are shown. */
  opened: ReadonlySet<string>;
  onToggle: (key: string) => void;
}

function policyKey({ service, kind, name }: PolicyRow): string {
  return `${service}\u001f${kind}\u001f${name}`;
}

export function PolicyTable({ groups, opened, onToggle }: Props) {
  usePolicyKeys();
  return (
    <table className="policy-table panel" aria-label="Policies">
      <thead>
        <tr>
          <th scope="col">Policy</th>
          <th scope="col">
            What it did <span className="policy-note">per second, and in total since the start</span>
          </th>
          <th scope="col">Now</th>
          <th scope="col">Settings</th>
        </tr>
      </thead>
      {[...groups].map(([service, rows]) => (
        <tbody key={service}>
          <tr className="policy-service">
            <th scope="rowgroup" colSpan={4}>
              {service}
            </th>
          </tr>
          {rows.map((row) => {
            const key = policyKey(row);
            return <PolicyRows key={key} row={row} open={opened.has(key)} onToggle={() => onToggle(key)} />;
          })}
        </tbody>
      ))}
    </table>
  );
}
