import type { DirectoryRow } from '@cb/protocol';

/** `pay kind:db tag:team=checkout service:billing`: every word must be found. */
export function matches(row: DirectoryRow, query: string): boolean {
  for (const word of query.toLowerCase().split(/\s+/)) {
    if (word && !matchesWord(row, word)) return false;
  }
  return true;
}

function matchesWord(row: DirectoryRow, word: string): boolean {
  if (word.startsWith('service:')) return row.service.toLowerCase().includes(word.slice(8));
  const tags = Object.entries(row.tags ?? {}).map(([key, value]) => `${key}=${value}`.toLowerCase());
  if (word.startsWith('tag:')) return tags.some((tag) => tag.includes(word.slice(4)));
  if (`${row.service}/${row.name}`.toLowerCase().includes(word)) return true;
  const asTag = word.replace(':', '=');
  if (tags.some((tag) => tag.includes(word) || tag.startsWith(asTag))) return true;
  if (row.instances.some((i) => i.instance.toLowerCase().includes(word))) return true;
  return (row.last?.errors ?? []).some((e) =>
    `${e.code ?? ''} ${e.name} ${e.message}`.toLowerCase().includes(word),
  );
}
