/** Names in an address: each encoded by itself, because a name may hold a comma. */
const MOST = 100;

export function readNames(text: string | null): string[] {
  if (!text) return [];
  return text.split(',').slice(0, MOST).flatMap(decode);
}

function decode(part: string): string[] {
  try {
    return [decodeURIComponent(part)];
  } catch {
    return [];
  }
}

/** Folded groups: some, or (with a star in front) all but some. */
export interface NameSet {
  all: boolean;
  names: ReadonlySet<string>;
}

export function readNameSet(text: string | null): NameSet {
  const all = text?.startsWith('*') === true;
  return { all, names: new Set(readNames(all ? (text ?? '').slice(2) : text)) };
}

export function writeNameSet({ all, names }: NameSet): string {
  const list = [...names].slice(-MOST).map(encodeURIComponent).join(',');
  if (!all) return list;
  return list === '' ? '*' : `*,${list}`;
}

export function has({ all, names }: NameSet, name: string): boolean {
  return names.has(name) !== all;
}

export function toggledIn(set: NameSet, name: string): NameSet {
  const names = new Set(set.names);
  if (!names.delete(name)) names.add(name);
  return { all: set.all, names };
}
