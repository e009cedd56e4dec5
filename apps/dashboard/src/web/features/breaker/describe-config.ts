import { isRecord, scalar, words } from '../../lib/config-words.ts';

export interface Setting {
  name: string;
  value: string;
  /** Belongs to the line above it. */
  nested: boolean;
}

/** Names under which the one number stands that a kind is about: "failure ratio" 50 %, "last calls" 100. */
const MAIN = ['ratio', 'ms', 'calls', 'failures'];

/**
 * Settings as lines. The configuration is plain data with its units in the names, so nothing here has to know which
 * options exist: a newer one shows up by itself.
 */
export function describeConfig(config: unknown): Setting[] {
  if (!isRecord(config)) return [];
  return Object.entries(config).flatMap(([key, value]) =>
    Array.isArray(value)
      ? value.flatMap((each, i) => describe(i === 0 ? words(key) : 'or', each, key))
      : describe(words(key), value, key),
  );
}

function describe(name: string, value: unknown, key: string): Setting[] {
  if (!isRecord(value)) return [{ name, value: scalar(value, key), nested: false }];
  const { kind, ...rest } = value;
  const main = MAIN.find((each) => typeof rest[each] === 'number');
  const lines: Setting[] = [{ name, value: headline(kind, main, rest), nested: false }];
  for (const [part, each] of Object.entries(rest)) {
    if (part === main || each === undefined || each === null) continue;
    const [first, ...others] = describe(words(part), each, part);
    if (first) lines.push({ ...first, nested: true }, ...others.map((line) => ({ ...line, nested: true })));
  }
  return lines;
}

/** "last 100 calls", "last 10 s", "failure ratio 50 %". */
function headline(kind: unknown, main: string | undefined, values: Record<string, unknown>): string {
  const text = typeof kind === 'string' ? kind.replaceAll('-', ' ') : '';
  if (main === undefined) return text;
  const said = scalar(values[main], main);
  if (text.startsWith('last ')) return main === 'ms' ? `last ${said}` : `last ${said} ${main}`;
  return `${text} ${said}`.trim();
}
