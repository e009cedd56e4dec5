import { isRecord } from '../../lib/config-words.ts';

/** Settings out of a text that a person typed, or why it holds none. */
export function readSettings(text: string): Record<string, unknown> | string {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : 'Settings are an object: { "window": … }.';
  } catch (error) {
    return `That is not JSON: ${error instanceof Error ? error.message : 'it cannot be read'}.`;
  }
}

/** Plays nothing to a breaker with these settings: it is made, or refuses to be. */
export async function checkSettings(config: unknown): Promise<string | undefined> {
  const { simulate } = await import('@cb/core/simulate');
  try {
    simulate(config as Parameters<typeof simulate>[0], { rows: [] });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'These settings cannot work.';
  }
}
