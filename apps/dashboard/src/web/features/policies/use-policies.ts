import type { PolicyList } from '@cb/protocol';
import { useEffect, useState } from 'react';
import { useMayNotAct } from '../../lib/past.ts';
import { useView } from '../../lib/view.ts';
import { readPolicies } from '../../live/api.ts';
import { useConnectionState } from '../../live/hooks.ts';

const EVERY_MS = 2_000;

/** The policies, read every two seconds while somebody can see them; once where the page is paused. */
export function usePolicies(service: string, instances: boolean): PolicyList | undefined {
  const [list, setList] = useState<PolicyList>();
  const state = useConnectionState();
  const past = useMayNotAct();
  // They have no past: who comes from one is shown the present.
  const paused = useView().at !== null && !past;
  useEffect(() => {
    if (state !== 'live') return;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let reading = false;
    const read = async () => {
      if (reading || document.visibilityState !== 'visible') return;
      reading = true;
      clearTimeout(timer);
      try {
        setList(await readPolicies(service, instances, abort.signal));
        if (paused) return;
      } catch {
        // What is on screen stays; a failed read is tried again.
      } finally {
        reading = false;
      }
      if (!abort.signal.aborted) timer = setTimeout(look, EVERY_MS);
    };
    const look = () => void read();
    look();
    document.addEventListener('visibilitychange', look);
    return () => {
      abort.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [service, instances, state, paused]);
  return list;
}
