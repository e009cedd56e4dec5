import { X509Certificate } from 'node:crypto';
import { get, type RequestOptions } from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import { credentials } from '../src/certificates.ts';
import {
  type Certificate,
  type ChaosServer,
  chaosAuthority,
  createChaosServer,
  eventually,
  UNRESOLVABLE_HOST,
} from '../src/index.ts';

let server: ChaosServer;
afterEach(() => server?.close());

/** What a caller of node:https sees: a status, or the code of an error. */
async function seen(path: string, options: RequestOptions = {}): Promise<number | string | undefined> {
  return new Promise((resolve) => {
    get(server.url + path, { agent: false, ...options }, (response) => {
      response.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code));
      response.resume().on('end', () => resolve(response.statusCode));
    }).on('error', ({ code }: NodeJS.ErrnoException) => resolve(code));
  });
}
const trusting = { ca: chaosAuthority };

describe('createChaosServer with TLS', () => {
  it.each([
    ['trusted', trusting, 200],
    ['trusted', {}, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['self-signed', trusting, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['wrong-host', trusting, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['wrong-host', { ...trusting, servername: 'elsewhere.invalid' }, 200],
    ['expired', trusting, 'CERT_HAS_EXPIRED'],
  ] as const)('with the certificate %s and a client of %o is seen as %s', async (tls, options, expected) => {
    server = await createChaosServer({ tls });
    expect(await seen('/status/200', options)).toBe(expected);
    expect([server.connections, server.hits()]).toEqual([1, expected === 200 ? 1 : 0]);
  });

  it.each([
    ['/rst', 'ECONNRESET'],
    ['/fin', 'ECONNRESET'],
    ['/rstmid', 'ECONNRESET'],
    ['/status/503', 503],
    ['/redirect/1', 302],
  ])('fails behind the handshake as without TLS: %s is seen as %s', async (path, expected) => {
    server = await createChaosServer({ tls: 'trusted' });
    expect(await seen(path, trusting)).toBe(expected);
  });

  it('resets plain paths when that is its mood', async () => {
    server = await createChaosServer({ tls: 'trusted' });
    server.become('resetting');
    expect(await seen('/', trusting)).toBe('ECONNRESET');
  });

  it('cuts handshakes when told to, and recovers', async () => {
    server = await createChaosServer({ tls: 'trusted' });
    for (const how of ['reset', 'close'] as const) {
      server.shakeHands(how);
      expect(await seen('/', trusting)).toBe('ECONNRESET');
    }
    expect([server.connections, server.hits()]).toEqual([2, 0]);
    server.shakeHands('complete');
    expect(await seen('/', trusting)).toBe(200);
  });

  it('leaves a handshake hanging, and closes all the same', async () => {
    server = await createChaosServer({ tls: 'trusted' });
    server.shakeHands('hang');
    const controller = new AbortController();
    const call = seen('/', { ...trusting, signal: controller.signal });
    await eventually('it is connected', () => server.connections === 1);
    await server.close();
    expect(await call).toBe('ECONNRESET');
  });

  it('has no handshake to cut without TLS', async () => {
    server = await createChaosServer();
    expect(() => server.shakeHands('reset')).toThrow('plain HTTP has no handshake');
  });

  it('has certificates that outlive everybody, except for the expired one', () => {
    const endOf = (pem: string): number => new Date(new X509Certificate(pem).validTo).getUTCFullYear();
    const ends = Object.entries(credentials).map(([name, { cert }]) => [name as Certificate, endOf(cert)]);
    expect(Object.fromEntries(ends)).toEqual({
      trusted: 2120,
      'self-signed': 2120,
      'wrong-host': 2120,
      expired: 2020,
    });
    expect(endOf(chaosAuthority)).toBe(2120);
  });
});

describe('UNRESOLVABLE_HOST', () => {
  it('does not resolve', async () => {
    const call = fetch(`http://${UNRESOLVABLE_HOST}/`);
    await expect(call).rejects.toMatchObject({
      cause: { code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/) },
    });
  });
});
