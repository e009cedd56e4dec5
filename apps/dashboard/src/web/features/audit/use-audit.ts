import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError } from '../../live/api.ts';
import { readAudit } from '../../live/control.ts';
import { useConnectionState } from '../../live/hooks.ts';
import { type AuditPages, withPage } from './audit-pages.ts';

const EVERY_MS = 5_000;
const PAGE = 100;

export interface Audit extends AuditPages {
  older: () => void;
}

const NONE: AuditPages = { records: [], more: false, state: 'reading' };

/** The audit log: the newest page every five seconds while somebody can see it, older ones when asked. */
export function useAudit(allowed: boolean): Audit {
  const [held, setHeld] = useState(NONE);
  const live = useConnectionState() === 'live';
  /** Of the present connection. */
  const reads = useRef<AbortSignal>(undefined);
  const read = useCallback(async (signal: AbortSignal, which: 'first' | 'newest' | 'older', to?: number) => {
    try {
      const page = await readAudit(to, PAGE, signal);
      if (signal.aborted) return;
      // The server may be another one since the line broke: its records have numbers of their own.
      setHeld((was) =>
        withPage(which === 'first' ? NONE : was, page, which === 'older' ? 'older' : 'newest'),
      );
    } catch (error) {
      // What is on screen stays; a failed read is tried again.
      if (!signal.aborted) setHeld((was) => ({ ...was, state: failureOf(error, was) }));
    }
  }, []);
  useEffect(() => {
    if (!allowed || !live) return;
    const abort = new AbortController();
    const { signal } = abort;
    reads.current = signal;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let which: 'first' | 'newest' = 'first';
    let reading = false;
    const look = async () => {
      if (reading || document.visibilityState !== 'visible') return;
      reading = true;
      clearTimeout(timer);
      await read(signal, which);
      which = 'newest';
      reading = false;
      if (!signal.aborted) timer = setTimeout(onTime, EVERY_MS);
    };
    const onTime = () => void look();
    onTime();
    document.addEventListener('visibilitychange', onTime);
    return () => {
      abort.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onTime);
    };
  }, [allowed, live, read]);
  const older = () => {
    if (reads.current) void read(reads.current, 'older', held.records.at(-1)?.t);
  };
  return { ...held, older };
}

function failureOf(error: unknown, was: AuditPages): AuditPages['state'] {
  if (error instanceof ApiError && error.status === 403) return 'forbidden';
  return was.records.length > 0 ? 'ready' : 'failed';
}
