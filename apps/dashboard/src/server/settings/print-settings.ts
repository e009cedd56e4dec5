import type { Effective, Settings } from './read-settings.ts';

/** What `--print-config` prints: a line per setting, what is in force and who set it. Never a secret. */
export function printSettings({ effective }: Settings): string {
  const lines = [...effective.values()].map((each) => {
    const { setting, value, name } = each;
    return [setting.key, shownValue(each), value === undefined ? 'default' : name];
  });
  const width = (column: number): number => Math.max(...lines.map((line) => (line[column] as string).length));
  const [first, second] = [width(0), Math.min(60, width(1))];
  return lines
    .map(([key = '', value = '', from = '']) => `${key.padEnd(first)}  ${value.padEnd(second)}  ${from}\n`)
    .join('');
}

function shownValue({ setting, value }: Effective): string {
  if (value === undefined) return setting.default ?? 'none';
  switch (setting.kind) {
    case 'secret':
      return '(set, not shown)';
    case 'list':
      return (value as readonly string[]).join(', ');
    case 'data':
      return setting.shown?.(value) ?? JSON.stringify(value);
    default:
      return String(value as string | number | boolean);
  }
}
