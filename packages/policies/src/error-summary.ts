import { statusError } from '@cb/core/kit';

/** What events say of an error. Never the error itself, which may hold a request with its secrets for as long as it is kept. */
export interface ErrorSummary {
  readonly name: string;
  readonly code: string | undefined;
}

const UNREADABLE: ErrorSummary = Object.freeze({ name: 'unreadable', code: undefined });

/** Name and code of whatever was thrown. Never throws, whatever it is. */
export function summaryOf(error: unknown): ErrorSummary {
  try {
    if (typeof error !== 'object' || error === null) return { name: String(typeof error), code: undefined };
    const { name, code } = error as { name?: unknown; code?: unknown };
    return {
      name: typeof name === 'string' ? name : 'object',
      code: typeof code === 'string' ? code : undefined,
    };
  } catch {
    return UNREADABLE;
  }
}

/** The same for an answer that is as bad as an error; `undefined` where it has no HTTP status. */
export function answerSummaryOf(answer: unknown): ErrorSummary | undefined {
  try {
    const status = (answer as { status?: unknown } | null | undefined)?.status;
    if (typeof status !== 'number') return undefined;
    const { name, code } = statusError(status);
    return { name, code };
  } catch {
    return UNREADABLE;
  }
}
