import type { Setting } from './setting.ts';

/** A value that somebody gave, as they gave it: a text of the command line or the environment, anything from the file. */
export interface Given {
  readonly setting: Setting;
  readonly value: unknown;
  readonly from: 'flag' | 'environment' | 'file';
  /** How the one who gave it calls it: `--port`, `CB_DASHBOARD_PORT`, `port in /etc/cb-dashboard.json`. */
  readonly name: string;
  /** Folder that relative paths start from. */
  readonly folder: string;
}
