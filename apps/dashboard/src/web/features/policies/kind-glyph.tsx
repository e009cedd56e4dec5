/** What a kind does, as a line drawing; the word stands beside it. */
export function KindGlyph({ kind }: { kind: string }) {
  return (
    <svg className="kind-glyph" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS.get(kind) ?? OTHER} />
    </svg>
  );
}

const OTHER = 'M8 4.2v7.6M4.2 8h7.6';
const PATHS: ReadonlyMap<string, string> = new Map([
  // An arrow that comes round again.
  ['retry', 'M13 8a5 5 0 1 1-1.7-3.8M13.2 1.8v3h-3'],
  // A clock.
  ['timeout', 'M8 2.6a5.4 5.4 0 1 0 0 10.8 5.4 5.4 0 0 0 0-10.8M8 5v3.2l2.2 1.4'],
  // Compartments of a hull.
  ['bulkhead', 'M2 4v4.5Q2 12 5 12h6q3 0 3-3.5V4M6 4.6V12M10 4.6V12'],
  // A funnel.
  ['rate-limit', 'M2.4 3h11.2L9.4 8.4V13l-2.8-1.6v-3Z'],
  // A way that bends off to another.
  ['fallback', 'M2 4h4.2Q8 4 8 6v3.6q0 2 2 2h3.4M11 9.2l2.6 2.4-2.6 2.4'],
  // Several that become one.
  ['coalesce', 'M2 3.6h2.4Q8 3.6 8 8q0-4.4 0 0M2 12.4h2.4Q8 12.4 8 8M2 8h11.6M11.2 5.6 13.6 8l-2.4 2.4'],
  // Two that race.
  ['hedge', 'M2 5h9.4M9.2 2.8 11.6 5 9.2 7.2M4.6 11h9M11.4 8.8l2.4 2.2-2.4 2.2'],
]);
