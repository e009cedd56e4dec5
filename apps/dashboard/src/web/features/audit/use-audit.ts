import type { AuditRecord } from '@cb/protocol';
import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError } from '../../live/api.ts';
import { readAudit } from '../../live/control.ts';
import { useConnectionState } from '../../live/hooks.ts';

const EVERY_MS = 5_000;
const PAGE = 100;
/** More than this is not read on a page. */
const MOST = 5_000;

export interface Audit {
  /** Newest first. */
  records: readonly AuditRecord[];
  /** Older ones exist. */
  more: boolean;
  state: 'reading' | 'ready' | 'forbidden' | 'failed';
  older: () => void;
}

type Held = Pick<Audit, 'records' | 'more' | 'state'>;

/** The audit log: the newest page every five seconds while somebody can see it, older ones when asked. */
export function useAudit(allowed: boolean): Audit {
  const [held, setHeld] = useState<Held>({ records: [], more: false, state: 'reading' });
  const live = useConnectionState() === 'live';
  const abort = useRef(new AbortController());
  const read = useCallback(async (to?: number) => {
    const { signal } = abort.current;
    try {
      const page = await readAudit(to, PAGE, signal);
      if (!signal.aborted) setHeld((was) => withPage(was, page.records, page.more, to === undefined));
    } catch (error) {
      if (signal.aborted) return;
      const forbidden = error instanceof ApiError && error.status === 403;
      // What is on screen stays; a failed read is tried again.
      setHeld((was) => ({
        ...was,
        state: forbidden ? 'forbidden' : was.records.length > 0 ? 'ready' : 'failed',
      }));
    }
  }, []);
  useEffect(() => {
    if (!allowed || !live) return;
    abort.current = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let reading = false;
    const look = async () => {
      if (reading || document.visibilityState !== 'visible') return;
      reading = true;
      clearTimeout(timer);
      await read();
      reading = false;
      if (!signal.aborted) timer = setTimeout(() => void look(), EVERY_MS);
    };
    const { signal } = abort.current;
    const onVisible = () => void look();
    onVisible();
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      abort.current.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [allowed, live, read]);
  const oldest = held.records.at(-1)?.t;
  return { ...held, older: () => void read(oldest) };
}

/** A page laid over what is known. Only the oldest page knows whether there is more. */
function withPage(was: Held, page: readonly AuditRecord[], more: boolean, newest: boolean): Held {
  const all = new Map([...was.records, ...page].map((record) => [record.audit, record]));
  const records = [...all.values()].sort((a, b) => b.audit - a.audit).slice(0, MOST);
  const grew = records.length > was.records.length;
  const first = was.records.length === 0;
  return {
    records,
    more: newest && !first ? was.more : more && grew && records.length < MOST,
    state: 'ready',
  };
}
