import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arena, ask } from './arena.ts';

const root = await mkdtemp(join(tmpdir(), 'hostile-'));
const web = join(root, 'web');
const field = arena({ webDir: web });

beforeAll(async () => {
  await mkdir(join(web, 'assets'), { recursive: true });
  await mkdir(join(root, 'private'));
  await writeFile(join(root, 'private', 'secret.txt'), 'the secret');
  await writeFile(join(web, 'index.html'), '<!doctype html><title>page</title>');
  await writeFile(join(web, 'assets', 'app-AbCd1234.js'), 'export {};');
  await writeFile(join(web, 'assets', 'app-AbCd1234.js.map'), '{"sources":["the secret"]}');
  await symlink(join(root, 'private', 'secret.txt'), join(web, 'link.txt'));
  await symlink(join(root, 'private'), join(web, 'linked'));
  await symlink(web, join(web, 'again'));
});
afterAll(() => rm(root, { recursive: true }));

describe('paths', () => {
  it.each([
    '/link.txt',
    '/linked/secret.txt',
    '/again/index.html',
    '/again/again/again/link.txt',
    '/ASSETS/app-AbCd1234.js',
    '/assets/APP-abcd1234.js',
    '/assets%2fapp-AbCd1234.js%00.html',
    '/assets/app-AbCd1234.js.map',
    '/assets/app-AbCd1234.js/',
    '/assets/',
    '/assets',
    '/index.html/',
    '/./index.html/.',
    '//index.html',
    '/assets/%2e%2e/%2e%2e/private/secret.txt',
    '/%2e%2e%2fprivate%2fsecret.txt',
    '/..%5cprivate%5csecret.txt',
    '/%252e%252e%252fprivate',
    '/.%00./private/secret.txt',
    '/C:/private/secret.txt',
    '/file:///etc/passwd',
    '/%ff',
    '/%',
    '/%u002e',
    '/index.html::$DATA',
    '/assets/app-AbCd1234.js~',
    '/.git/config',
    '/hasOwnProperty',
    '/api',
    '/api/',
    '/api/v1',
    '/api/v1/',
    '/api/v1/../v1/directory',
    '/API/v1/directory',
    '/api//v1/directory',
    '/api/v1/directory/',
    '/api/v1/Directory',
  ])('%s leads nowhere', async (path) => {
    const answer = await ask(field.server, path);
    expect([400, 404]).toContain(answer.status);
    expect(answer.body).not.toContain('the secret');
  });

  it('an address without a page leads to the pages, and says nothing of what was asked', async () => {
    const nowhere = await ask(field.server, '/<script>/x?<script>');
    expect(nowhere.status).toBe(404);
    expect(nowhere.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(nowhere.body).toContain('<a href="/">All breakers</a>');
    expect(nowhere.body).not.toContain('script');
    const file = await ask(field.server, '/assets/gone.js');
    expect([file.status, file.headers['content-type'], file.body.trim()]).toEqual([
      404,
      'text/plain; charset=utf-8',
      'Not found.',
    ]);
  });

  it('a page is a page with the whole policy, and can be asked without its body', async () => {
    for (const path of ['/', '/audit', '/b/%3Cscript%3E/x', `/b/a/${'%2e%2e%2f'.repeat(20)}etc%2fpasswd`]) {
      const { status, headers, body } = await ask(field.server, path);
      expect([status, body]).toEqual([200, '<!doctype html><title>page</title>']);
      expect(headers['content-security-policy']).toMatch(
        /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'$/,
      );
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
      });
      expect(headers['x-powered-by'] ?? headers.server).toBeUndefined();
      expect((await ask(field.server, path, { method: 'HEAD' })).body).toBe('');
    }
  });
});

field.standsAtTheEnd();
