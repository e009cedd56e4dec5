/** What a breaker guards, as its tag `kind` says: any word, with a sign for those that are known. */
export function KindMark({ kind }: { kind: string | undefined }) {
  if (!kind) return null;
  return (
    <span className="kind" title={`kind: ${kind}`} data-kind={kind}>
      <svg className="kind-sign" width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
        {SIGNS.get(kind) ?? OTHER}
      </svg>
      <span className="kind-word">{kind}</span>
    </span>
  );
}

/** There and back; a stack of disks; a label. */
const SIGNS: ReadonlyMap<string, React.ReactNode> = new Map([
  ['http', <path key="http" d="M1.5 4h8.5L7.6 1.6M10.5 8H2l2.4 2.4" />],
  ['db', <path key="db" d="M2 3c0-2 8-2 8 0s-8 2-8 0v6c0 2 8 2 8 0V3M2 6c0 2 8 2 8 0" />],
]);
const OTHER = <path d="M1.5 1.5H6L10.5 6 6 10.5 1.5 6ZM3.9 3.9h.01" />;
