import type { TopError } from '@cb/protocol';

/** @param of The calls that they are of. */
export function ErrorRanking({ errors, of }: { errors: readonly TopError[]; of: string }) {
  const ranked = [...errors].sort((a, b) => b.count - a.count);
  const most = ranked[0]?.count ?? 1;
  return (
    <div className="errors">
      <h2>Errors in {of}</h2>
      <ol>
        {ranked.map((error) => (
          <li key={`${error.name} ${error.code} ${error.message}`} title={error.message}>
            <span className="errors-count">{error.count}</span>
            <span className="errors-what">
              <span className="errors-name">
                <b>{error.code ?? error.name}</b> {error.message}
              </span>
              <span className="errors-bar" style={{ width: `${(error.count / most) * 100}%` }} />
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}
