/**
 * What a setting holds. `text`, `number` and `switch` are what they say; `list` is texts; `path` is relative to where it was
 * said; `duration` is milliseconds, outside of the file with a unit: `12h`; `secret` is a text that is never shown and may stand in a file of its own; `data` is JSON and only in the file.
 */
type SettingKind = 'text' | 'number' | 'switch' | 'duration' | 'list' | 'path' | 'secret' | 'data';

/** One thing that can be set: everything that help, documents, parsing and errors say about it. */
export interface Setting {
  /** In the configuration file; `a.b` is `b` in the object `a`. Mostly the name of the option of `startDashboard`. */
  readonly key: string;
  readonly kind: SettingKind;
  /** On the command line, without dashes; the environment variable has the same name. Without it: only in the file. */
  readonly flag?: string;
  /** What follows the flag, in capitals. */
  readonly value?: string;
  /** What holds where nothing is said, in words. */
  readonly default?: string;
  /** One line, for `--help` and for the documents. */
  readonly help: string;
  /** What somebody may have meant who gave this value, as the end of a sentence. */
  readonly slip?: (given: string) => string | undefined;
  /** For `data`: reads what it names as files. Such paths are relative to `folder`. */
  readonly resolve?: (value: unknown, folder: string, name: string) => unknown;
  /** For `data` that holds secrets: what may be printed of it. */
  readonly shown?: (value: unknown) => string;
}

/** Something is wrong with a setting. The message is one sentence, and holds no secret. */
export class SettingsError extends Error {}

export function envOf(flag: string): string {
  return `CB_DASHBOARD_${flag.toUpperCase().replaceAll('-', '_')}`;
}

/** The setting that names a file in which the secret stands. */
export function fileOf(secret: Setting): Setting {
  return {
    key: `${secret.key}File`,
    kind: 'path',
    ...(secret.flag !== undefined && { flag: `${secret.flag}-file` }),
    value: 'PATH',
    help: `file that holds ${secret.key}`,
  };
}
