import { checkKeys, show } from '@cb/core/kit';
import type { WebhookOptions } from './alert-options.ts';
import type { Webhook } from './alert-rule.ts';

const MOST_HEADERS = 20;
/** What we say ourselves, and what belongs to the connection. */
const OURS =
  /^(x-cb-.*|idempotency-key|content-type|content-length|content-encoding|user-agent|host|connection|transfer-encoding|upgrade|expect|te|trailer|keep-alive)$/i;

/** Checks where a rule says things. Address, secret and headers may be secret: no message holds any of them. */
export function checkWebhook(given: unknown, where: string): Webhook {
  if (given === undefined) throw new TypeError(`${where} needs "webhook": { "url": "https://…" }`);
  checkKeys(`${where}, webhook,`, given as object, ['url', 'secret', 'format', 'headers']);
  const { url, secret, format = 'json', headers = {} } = given as WebhookOptions;
  checkAddress(url, where);
  if (secret !== undefined && (typeof secret !== 'string' || secret.length < 16 || secret.length > 256)) {
    const got = typeof secret === 'string' ? secret.length : typeof secret;
    throw new RangeError(`${where}: webhook.secret must have 16 to 256 characters, got ${got}`);
  }
  if (format !== 'json' && format !== 'slack') {
    throw new TypeError(`${where}: webhook.format must be json or slack, got ${show(format)}`);
  }
  return { url, secret, format, headers: checkHeaders(headers, `${where}: webhook.headers`) };
}

function checkAddress(url: unknown, where: string): void {
  const parsed =
    typeof url === 'string' && url.length <= 2_048 && URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    throw new TypeError(`${where}: webhook.url must be an http or https address of at most 2048 characters`);
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new TypeError(
      `${where}: webhook.url must hold no user and no password; say "headers": { "authorization": … }`,
    );
  }
}

function checkHeaders(headers: unknown, where: string): Record<string, string> {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) {
    throw new TypeError(
      `${where} must be an object like { "authorization": "Bearer …" }, got ${show(headers)}`,
    );
  }
  const entries = Object.entries(headers) as [string, unknown][];
  if (entries.length > MOST_HEADERS) throw new RangeError(`${where} must be at most ${MOST_HEADERS}`);
  return Object.fromEntries(
    entries.map(([name, value]) => {
      if (!/^[!#$%&'*+.^_`|~\w-]{1,64}$/.test(name))
        throw new TypeError(`${where}: ${show(name)} is no name`);
      if (OURS.test(name)) throw new TypeError(`${where}: ${name} is not yours to set`);
      if (typeof value !== 'string' || !/^[\x20-\x7e]{1,1024}$/.test(value)) {
        throw new TypeError(`${where}: ${name} must be 1 to 1024 characters that can be printed`);
      }
      return [name.toLowerCase(), value];
    }),
  );
}
