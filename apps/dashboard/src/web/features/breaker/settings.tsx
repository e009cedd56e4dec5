import type { BreakerDetail } from '@cb/protocol';
import { NowNote } from '../../components/now-note.tsx';
import { describeConfig } from './describe-config.ts';

export function Settings({ detail }: { detail: BreakerDetail | undefined }) {
  const lines = describeConfig(detail?.config);
  return (
    <section className="panel settings" aria-label="Settings in force">
      <h2>
        Settings in force {detail && <span className="muted">revision {detail.configRevision}</span>}{' '}
        <NowNote />
      </h2>
      {detail && lines.length === 0 && <p className="muted">The service did not say.</p>}
      <dl>
        {lines.map(({ name, value, nested }, i) => (
          <div key={i} className={nested ? 'nested' : ''}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
