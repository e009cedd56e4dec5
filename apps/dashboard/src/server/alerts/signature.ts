import { createHmac } from 'node:crypto';

/**
 * Value of `x-cb-signature`: `t=<seconds>,v1=<hex>`. The digest is over the moment and the body, so that a request that was
 * overheard cannot be sent again later.
 *
 * @param at Epoch milliseconds.
 */
export function signatureOf(secret: string, at: number, body: string): string {
  const t = Math.floor(at / 1_000);
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`;
}
