import { cleanText } from '@cb/protocol';
import type { Webhook } from './alert-rule.ts';
import { signatureOf } from './signature.ts';

/** How much of an answer is read. */
const MOST_ANSWER_BYTES = 1_024;
const MOST_ANSWER_CHARS = 200;

/** A request that did not do what it should. The message holds neither address, header nor answer. */
export class DeliveryError extends Error {
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** As clients have it, for `Retry-After`. */
  readonly response: { readonly status: number; readonly headers: Headers } | undefined;
  /** The first words of the answer, scrubbed. */
  readonly answer: string;

  constructor(problem: string, response?: Response, answer = '') {
    super(problem);
    this.status = response?.status;
    this.response = response && { status: response.status, headers: response.headers };
    this.answer = answer;
  }
}

export interface Delivered {
  readonly status: number;
  readonly answer: string;
}

/**
 * Sends one request, once. No redirect is followed: the address is the operator's choice and not the receiver's.
 *
 * @param id Says that two requests are attempts of one.
 * @throws DeliveryError, or what the signal was aborted with.
 */
export async function postWebhook(
  webhook: Webhook,
  id: string,
  body: string,
  at: number,
  signal: AbortSignal | undefined,
): Promise<Delivered> {
  const headers: Record<string, string> = {
    ...webhook.headers,
    'content-type': 'application/json',
    'user-agent': 'cb-dashboard',
    'idempotency-key': id,
  };
  if (webhook.secret !== undefined) headers['x-cb-signature'] = signatureOf(webhook.secret, at, body);
  const init: RequestInit = { method: 'POST', headers, body, redirect: 'manual', signal: signal ?? null };
  const response = await fetch(webhook.url, init).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw new DeliveryError(networkProblem(error));
  });
  const answer = scrubbed(await beginning(response), webhook);
  if (response.ok) return { status: response.status, answer };
  const redirect = response.status >= 300 && response.status < 400;
  throw new DeliveryError(`HTTP ${response.status}${redirect ? ', a redirect' : ''}`, response, answer);
}

/** fetch says only that it failed; the code is underneath. */
function networkProblem(error: unknown): string {
  const { cause, code = (cause as { code?: unknown } | undefined)?.code } = error as {
    cause?: unknown;
    code?: unknown;
  };
  return typeof code === 'string' && /^[A-Z0-9_]{2,40}$/.test(code) ? code : 'the connection failed';
}

/** The first KiB; the rest is not even received. A body that breaks off changes nothing: the status is there. */
async function beginning({ body }: Response): Promise<string> {
  if (body === null) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    // Leaving the loop early cancels the body.
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= MOST_ANSWER_BYTES) break;
    }
  } catch {}
  return Buffer.concat(chunks).subarray(0, MOST_ANSWER_BYTES).toString('utf8');
}

/** Some receivers send back what they were sent. */
function scrubbed(answer: string, { url, secret, headers }: Webhook): string {
  const { pathname, search } = new URL(url);
  const secrets = [url, pathname, search, secret ?? '', ...Object.values(headers)];
  // A scheme is no secret, what follows it is.
  secrets.push(...Object.values(headers).map((value) => value.replace(/^\w+ /, '')));
  let text = answer;
  for (const each of secrets) if (each.length >= 4) text = text.replaceAll(each, '…');
  return cleanText(text.replace(/\s+/g, ' '), MOST_ANSWER_CHARS) ?? '';
}
