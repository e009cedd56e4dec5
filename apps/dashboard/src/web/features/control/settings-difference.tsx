import { CopyButton } from '../../components/copy-button.tsx';
import { readConfig } from '../../lib/breaker-config.ts';
import { createCode } from '../../lib/config-code.ts';
import { diffConfig } from '../../lib/config-diff.ts';

interface Props {
  name: string;
  before: unknown;
  after: unknown;
}

/** What will be other than it is, value by value, and the same as code. */
export function SettingsDifference({ name, before, after }: Props) {
  const changes = diffConfig(before, after);
  const config = readConfig(after);
  if (changes.length === 0) return <p className="muted">Nothing is changed yet.</p>;
  return (
    <section className="settings-difference" aria-label="What changes">
      <table>
        <tbody>
          {changes.map(({ path, before: was, after: is }) => (
            <tr key={path} data-change={path}>
              <th scope="row">{path}</th>
              <td>
                <del>{shown(was)}</del> → <ins>{shown(is)}</ins>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {config && <Code text={createCode(name, config)} />}
    </section>
  );
}

function shown(value: unknown): string {
  return value === undefined ? 'none' : JSON.stringify(value);
}

function Code({ text }: { text: string }) {
  return (
    <details>
      <summary>As code, to keep it</summary>
      <pre className="snippet">
        <code>{text}</code>
      </pre>
      <CopyButton text={text} />
    </details>
  );
}
