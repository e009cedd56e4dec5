import type { AuditPage, ControlReply, ControlRequest } from '@cb/protocol';
import { ApiError, ask } from './api.ts';

/** Asks for an act. Rejects with an `ApiError` where the server refuses it as a whole. */
export function postControl(request: ControlRequest): Promise<ControlReply> {
  return ask('control', { body: request });
}

/** @param to Records up to this moment; left out, the newest. */
export function readAudit(to: number | undefined, limit: number, signal: AbortSignal): Promise<AuditPage> {
  return ask('audit', { params: { ...(to !== undefined && { to: Math.floor(to) }), limit }, signal });
}

/** What a token is good for, asked without using it for the page: what only operators may read. */
export async function tryToken(token: string): Promise<'good' | 'wrong' | 'viewer' | 'too-many' | 'failed'> {
  // What no header can carry was never set as a token.
  if (!/^[\x20-\x7e]+$/.test(token)) return 'wrong';
  try {
    await ask('audit', { params: { limit: 1 }, token });
    return 'good';
  } catch (error) {
    if (!(error instanceof ApiError)) return 'failed';
    if (error.status === 401) return 'wrong';
    if (error.status === 403) return 'viewer';
    return error.status === 429 ? 'too-many' : 'failed';
  }
}
