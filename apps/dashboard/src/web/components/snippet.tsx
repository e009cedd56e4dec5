const LINES = [
  "import { connectDashboard } from '@cb/reporter';",
  "import { payments } from './breakers.js';",
  '',
];

/** What to add to a service so that its breakers appear here. */
export function Snippet() {
  const text = [
    ...LINES,
    `connectDashboard({ url: '${location.origin}', service: 'checkout', breakers: [payments] });`,
  ].join('\n');
  return (
    <pre className="snippet">
      <code>{text}</code>
    </pre>
  );
}
