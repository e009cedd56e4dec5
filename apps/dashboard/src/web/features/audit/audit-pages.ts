import type { AuditPage, AuditRecord } from '@cb/protocol';

/** More than this is not kept on a page. */
const MOST = 5_000;

/** The part of the audit log that is on the page. */
export interface AuditPages {
  /** Newest first. */
  records: readonly AuditRecord[];
  /** Older ones exist. */
  more: boolean;
  state: 'reading' | 'ready' | 'forbidden' | 'failed';
}

/** A page laid over what is known. Only the oldest one knows whether there is more. */
export function withPage(was: AuditPages, page: AuditPage, which: 'newest' | 'older'): AuditPages {
  const all = new Map([...was.records, ...page.records].map((record) => [record.audit, record]));
  const records = [...all.values()].sort((a, b) => b.audit - a.audit).slice(0, MOST);
  const oldest = which === 'older' || was.records.length === 0;
  // One that brought nothing new would bring nothing the next time.
  const grew = records.length > was.records.length;
  const more = oldest ? page.more && grew : was.more;
  return { records, more: more && records.length < MOST, state: 'ready' };
}
