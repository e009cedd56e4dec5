import { duration, percent } from './format.ts';

/** A value of a configuration; its unit is in the name. */
export function scalar(value: unknown, key: string): string {
  if (typeof value === 'number') {
    if (/(^ms|Ms)$/.test(key)) return duration(value);
    if (/(^ratio|Ratio)$/.test(key)) return percent(value);
    return String(value);
  }
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? 'none' : JSON.stringify(value);
}

/** The name of an option as words, without its unit: `queueTimeoutMs` is "Queue timeout". */
export function words(key: string): string {
  const text = key
    .replace(/(Ms|Ratio)$/, '')
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
