import { resolve } from 'node:path';
import { readText } from '../settings/config-file.ts';
import { SettingsError } from '../settings/setting.ts';

const MOST_BYTES = 4_096;
/** Of a webhook, what may stand in a file of its own: `urlFile` and `secretFile`. */
const IN_FILES = ['url', 'secret'] as const;

/** Reads the files that webhooks in the configuration file name. What is no rule is left for the check of rules. */
export function readAlertFiles(alerts: unknown, folder: string, name: string): unknown {
  if (!Array.isArray(alerts)) return alerts;
  return (alerts as unknown[]).map((alert, at) => {
    const webhook = (alert as { webhook?: unknown } | null | undefined)?.webhook;
    if (typeof webhook !== 'object' || webhook === null) return alert;
    const fields: Record<string, unknown> = { ...webhook };
    for (const key of IN_FILES) {
      const file = fields[`${key}File`];
      if (file === undefined) continue;
      const called = `${name}, rule ${at + 1}: webhook.${key}File`;
      if (fields[key] !== undefined)
        throw new SettingsError(`${called} and ${key} say the same thing; leave one out`);
      if (typeof file !== 'string' || file === '') throw new SettingsError(`${called} must be a path`);
      fields[key] = readText(resolve(folder, file), called, MOST_BYTES).trim();
      delete fields[`${key}File`];
    }
    return { ...(alert as object), webhook: fields };
  });
}

/** What may be printed of alerts: their names. */
export function alertNames(alerts: unknown): string {
  if (!Array.isArray(alerts)) return 'no list';
  const names = alerts.map((alert: { name?: unknown } | null | undefined) =>
    String(alert?.name as string | undefined),
  );
  return `${names.length}: ${names.join(', ')}`;
}
