import { useState } from 'react';
import { CopyButton } from '../../../components/copy-button.tsx';
import { type Config, changesOf } from '../../../lib/breaker-config.ts';
import { configureCode, createCode } from '../../../lib/config-code.ts';

interface Props {
  name: string;
  config: Config;
  inForce: Config;
}

/** What was tried, as code for a service. */
export function CodeBlock({ name, config, inForce }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <details className="what-if-code" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>As code</summary>
      {open && <Code name={name} config={config} inForce={inForce} />}
    </details>
  );
}

function Code({ name, config, inForce }: Props) {
  const [running, setRunning] = useState(false);
  const changes = changesOf(config, inForce);
  const changed = Object.keys(changes).length > 0;
  const code = running && changed ? configureCode(name, changes) : createCode(name, config);
  return (
    <>
      <div className="what-if-code-head">
        <fieldset className="ranges" aria-label="Kind of code">
          <button type="button" aria-pressed={!(running && changed)} onClick={() => setRunning(false)}>
            createBreaker
          </button>
          <button
            type="button"
            aria-pressed={running && changed}
            disabled={!changed}
            onClick={() => setRunning(true)}
          >
            configure
          </button>
        </fieldset>
        <CopyButton text={code} />
      </div>
      <pre className="snippet">
        <code>{code}</code>
      </pre>
    </>
  );
}
