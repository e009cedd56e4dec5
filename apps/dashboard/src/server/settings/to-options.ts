import { checkOptions, type DashboardOptions } from '../options.ts';
import type { Settings } from './read-settings.ts';
import { SettingsError } from './setting.ts';

/** Settings of the program itself, which `startDashboard` does not know. */
const OF_THE_PROGRAM: readonly string[] = ['verbose', 'auditLog'];

/** The options of `startDashboard`, checked; errors call each setting as the one who gave it does. @throws SettingsError */
export function toOptions({ effective }: Settings): DashboardOptions {
  const options: Record<string, unknown> = {};
  for (const { setting, value } of effective.values()) {
    if (value === undefined || OF_THE_PROGRAM.includes(setting.key)) continue;
    const [first = '', rest] = setting.key.split('.');
    if (rest === undefined) options[first] = value;
    else options[first] = { ...(options[first] as object | undefined), [rest]: value };
  }
  const called = (option: string): string => effective.get(option)?.name ?? option;
  try {
    checkOptions(options, called);
  } catch (error) {
    const message = renamed((error as Error).message, effective);
    throw new SettingsError(`${message}${slipOf(message, effective)}`);
  }
  return options;
}

/** Where a check knows only the key of the option: as the one who gave it calls it. */
function renamed(message: string, effective: Settings['effective']): string {
  const settings = [...effective.values()];
  if (settings.some(({ name }) => message.startsWith(name))) return message;
  for (const { setting, name } of settings) {
    if (message.startsWith(`${setting.key} `)) return `${name}${message.slice(setting.key.length)}`;
  }
  return message;
}

function slipOf(message: string, effective: Settings['effective']): string {
  for (const { setting, name, text } of effective.values()) {
    const slip = message.startsWith(`${name} `) ? setting.slip?.(text) : undefined;
    if (slip !== undefined) return `; ${slip}`;
  }
  return '';
}
