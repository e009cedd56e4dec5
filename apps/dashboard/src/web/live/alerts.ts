import type { AlertList, AlertTestResult } from '@cb/protocol';
import { ask } from './api.ts';

export function readAlerts(signal: AbortSignal): Promise<AlertList> {
  return ask('alerts', { signal });
}

/** Has a test sent. Rejects with an `ApiError` where the server refuses that. */
export function testAlert(name: string): Promise<AlertTestResult> {
  return ask('alerts/test', { body: { name } });
}
