import { useEffect, useState } from 'react';
import { isRecord } from '../../lib/config-words.ts';
import { checkSettings, readSettings } from './read-settings.ts';

/** Settings while they are edited: as JSON text, which is the one truth, and as what it says. */
export interface Draft {
  text: string;
  /** What the text says; what it last said, while it says nothing usable. */
  config: Record<string, unknown>;
  /** Why the text says nothing usable. */
  broken: string | undefined;
  /** Why a breaker could not work with what it says. */
  refused: string | undefined;
  setText: (text: string) => void;
  setConfig: (config: Record<string, unknown>) => void;
}

export function useDraft(initial: Record<string, unknown>): Draft {
  const [text, setText] = useState(() => asText(initial));
  const [config, setConfig] = useState(initial);
  const [broken, setBroken] = useState<string>();
  const refused = useCoreSays(config);
  return {
    text,
    config,
    broken,
    refused,
    setText(next) {
      setText(next);
      const read = readSettings(next);
      setBroken(typeof read === 'string' ? read : undefined);
      if (typeof read !== 'string') setConfig(read);
    },
    setConfig(next) {
      setText(asText(next));
      setBroken(undefined);
      setConfig(next);
    },
  };
}

function asText(config: Record<string, unknown>): string {
  return JSON.stringify(config, null, 2);
}

/** What core itself would say to these settings, before a service has to. Custom rules are functions of the service's. */
function useCoreSays(config: Record<string, unknown>): string | undefined {
  const [said, setSaid] = useState<string>();
  useEffect(() => {
    let current = true;
    const rules = Array.isArray(config.openWhen) ? config.openWhen : [config.openWhen];
    if (rules.some((rule) => isRecord(rule) && rule.kind === 'custom')) {
      setSaid(undefined);
      return;
    }
    checkSettings(config).then(
      (problem) => current && setSaid(problem),
      // The check itself could not be loaded: the service will say.
      () => current && setSaid(undefined),
    );
    return () => {
      current = false;
    };
  }, [config]);
  return said;
}
