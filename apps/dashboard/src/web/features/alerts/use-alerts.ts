import type { AlertList } from '@cb/protocol';
import { useEffect, useState } from 'react';
import { readAlerts } from '../../live/alerts.ts';
import { useConnectionState } from '../../live/hooks.ts';

const EVERY_MS = 2_000;

/** The alerts, read every two seconds while somebody can see them. Undefined until they were read once. */
export function useAlerts(): AlertList | undefined {
  const [list, setList] = useState<AlertList>();
  const live = useConnectionState() === 'live';
  useEffect(() => {
    if (!live) return;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let reading = false;
    const look = async () => {
      if (reading || document.visibilityState !== 'visible') return;
      reading = true;
      clearTimeout(timer);
      try {
        setList(await readAlerts(abort.signal));
      } catch {
        // What is on screen stays; a failed read is tried again.
      }
      reading = false;
      if (!abort.signal.aborted) timer = setTimeout(() => void look(), EVERY_MS);
    };
    const onVisible = () => void look();
    onVisible();
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      abort.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [live]);
  return list;
}
