import type { ReactNode } from 'react';

const KINDS: Record<string, { name: string; word: string }> = {
  o: { name: 'ok', word: 'ok' },
  s: { name: 'slow', word: 'slow' },
  e: { name: 'failed', word: 'failed' },
  t: { name: 'timeout', word: 'timed out' },
  x: { name: 'ignored', word: 'ignored' },
};
const ORDER = ['o', 's', 'e', 't', 'x'];

/** The calls of the window that decided, oldest first: a cell each, its height the outcome. `children` name both ends. */
export function CallCells({ outcomes, children }: { outcomes: string; children: ReactNode }) {
  const counts = new Map<string, number>();
  for (const call of outcomes) counts.set(call, (counts.get(call) ?? 0) + 1);
  const legend = ORDER.filter((kind) => counts.has(kind));
  const summary = legend.map((kind) => `${counts.get(kind)} ${KINDS[kind]?.word}`).join(', ');
  return (
    <>
      <div className="cells-box" style={{ maxWidth: Math.max(260, outcomes.length * 14) }}>
        <div className="cells" role="img" aria-label={`The last ${outcomes.length} calls: ${summary}`}>
          {outcomes.split('').map((call, i) => (
            <span key={i} className={`cell cell-${KINDS[call]?.name ?? 'ignored'}`} />
          ))}
        </div>
        <div className="why-ends">{children}</div>
      </div>
      <ul className="cells-legend">
        {legend.map((kind) => (
          <li key={kind}>
            <span className={`cell cell-${KINDS[kind]?.name}`} aria-hidden="true" />
            {KINDS[kind]?.word} {counts.get(kind)}
          </li>
        ))}
      </ul>
    </>
  );
}
