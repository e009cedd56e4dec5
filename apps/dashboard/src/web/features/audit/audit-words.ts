import type { AuditRecord } from '@cb/protocol';
import { opWords, resultWords, spelled } from '../../lib/control-words.ts';
import { count } from '../../lib/format.ts';
import { roleWord } from '../../lib/roles.ts';

type Result = NonNullable<AuditRecord['results']>[number];

/** What somebody did, in words: "Isolated for 15 minutes". */
export function deedWords(record: AuditRecord): string {
  const { action, op, forMs, note } = record;
  if (action === 'control' && op !== undefined) {
    const { done, expires } = opWords(op);
    if (!expires) return done;
    return `${done} ${forMs === undefined ? 'until released' : `for ${spelled(forMs)}`}`;
  }
  const what = new Map<string, string>([
    ['denied', 'Was refused'],
    ['alert-test', 'Tested an alert'],
    ['marker', 'Posted a marker'],
  ]).get(action);
  return [what ?? action, note].filter((part) => part !== undefined && part !== '').join(': ');
}

export interface AuditBreaker {
  service: string;
  name: string;
}

/** The breakers concerned, each once. */
export function breakersOf({ results = [] }: AuditRecord): AuditBreaker[] {
  const found = new Map<string, AuditBreaker>();
  for (const { service, name } of results) found.set(`${service}\u001f${name}`, { service, name });
  return [...found.values()];
}

/** "3 done", "1 of 3 done", "none of 2 done"; nothing where no instance was asked. */
export function outcomeWords({ results = [] }: AuditRecord): string {
  if (results.length === 0) return '';
  const done = results.filter(({ ok }) => ok).length;
  if (done === results.length) return `${count(done)} done`;
  return `${done === 0 ? 'none' : count(done)} of ${count(results.length)} done`;
}

/** One instance of a record: "a-1: done, version 3 → 4". */
export function resultLine(result: Result): string {
  const { versionBefore, version } = result;
  const versions =
    versionBefore === undefined || version === undefined || version === versionBefore
      ? ''
      : `, version ${versionBefore} → ${version}`;
  const message = result.message ? ` (${result.message})` : '';
  return `${result.instance}: ${resultWords(result).replace(/^./, (first) => first.toLowerCase())}${versions}${message}`;
}

/** Everything of a record that a reader may look for, as one text. */
function textOf(record: AuditRecord): string {
  const { by = '', token, role, address, reason = '', config } = record;
  return [
    deedWords(record),
    by,
    token,
    roleWord(role),
    address,
    reason,
    config === undefined ? '' : JSON.stringify(config),
    ...(record.results ?? []).map(({ service, name, instance }) => `${service}/${name} ${instance}`),
  ]
    .join(' ')
    .toLowerCase();
}

/** Every word must be found. */
export function matchesRecord(record: AuditRecord, query: string): boolean {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const text = textOf(record);
  return words.every((word) => text.includes(word));
}
