import type { AlertTestResult } from '@cb/protocol';
import type { AlertRule } from './alert-rule.ts';
import { DeliveryError, postWebhook } from './post-webhook.ts';
import { slackBody } from './slack-text.ts';
import { testPayload } from './test-payload.ts';
import { problemWords } from './webhook-queue.ts';

/** How long a person waits for it. */
const PATIENCE_MS = 10_000;

export interface TestContext {
  readonly id: string;
  readonly now: number;
  readonly monotonic: () => number;
  readonly publicUrl: string | undefined;
  /** Ends it when the server closes. */
  readonly closing: AbortSignal;
}

/** Sends a test: one attempt, now, past the queue and past what may hold real ones back. */
export async function deliverTest(rule: AlertRule, context: TestContext): Promise<AlertTestResult> {
  const { id, now, monotonic, publicUrl, closing } = context;
  const { webhook } = rule;
  const payload = testPayload(rule, id, now, publicUrl);
  const body = webhook.format === 'slack' ? slackBody(payload) : JSON.stringify(payload);
  const begunAt = monotonic();
  const late = AbortSignal.timeout(PATIENCE_MS);
  const result: AlertTestResult = { ok: false, tookMs: 0 };
  try {
    const { status, answer } = await postWebhook(webhook, id, body, now, AbortSignal.any([late, closing]));
    Object.assign(result, { ok: true, status }, answer !== '' && { answer });
  } catch (error) {
    result.problem = late.aborted ? `no answer within ${PATIENCE_MS} ms` : problemWords(error);
    if (error instanceof DeliveryError) {
      if (error.status !== undefined) result.status = error.status;
      if (error.answer !== '') result.answer = error.answer;
    }
  }
  result.tookMs = Math.round(monotonic() - begunAt);
  return result;
}
