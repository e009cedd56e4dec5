import { CopyButton } from './copy-button.tsx';

interface Props {
  /** Where the example takes them from. */
  imported?: string;
  /** The option that hands them over. */
  reported?: string;
}

/** What to add to a service so that its breakers, or something else, appear here. */
export function Snippet({
  imported = "import { payments } from './breakers.js';",
  reported = 'breakers: [payments]',
}: Props) {
  const text = [
    "import { connectDashboard } from '@cb/reporter';",
    imported,
    '',
    `connectDashboard({ url: '${location.origin}', service: 'checkout', ${reported} });`,
  ].join('\n');
  return (
    <div className="snippet-box">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: on a phone it scrolls sideways, and keys have to reach that. */}
      <section className="snippet" tabIndex={0} aria-label="Code to add">
        <pre>
          <code>{text}</code>
        </pre>
      </section>
      <CopyButton text={text} />
    </div>
  );
}
