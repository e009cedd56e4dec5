import { useState } from 'react';
import { copyText } from '../lib/copy-text.ts';

/** Copies the text that stands beside it. Where the browser does not allow that, it can be selected there. */
export function CopyButton({ text }: { text: string }) {
  const [copied, setCopied] = useState<{ text: string; well: boolean }>();
  const copy = async () => setCopied({ text, well: await copyText(text) });
  const said = copied?.text === text ? (copied.well ? 'Copied' : 'Select it to copy') : 'Copy';
  return (
    <button type="button" className="button" onClick={() => void copy()} aria-live="polite">
      {said}
    </button>
  );
}
