import { describe, expect, it } from 'vitest';
import { Access } from '../src/server/access.ts';
import { start } from './support.ts';

const TOKENS = { viewToken: 'view-token', controlToken: 'control-token', adminToken: 'admin-token' };

describe('roles', () => {
  const access = new Access(TOKENS);

  it.each([
    ['view-token', 'viewer'],
    ['control-token', 'operator'],
    ['admin-token', 'admin'],
  ])('%s is that of a %s', (token, role) => {
    expect(access.check(token, '::1', 0)).toMatchObject({
      role,
      address: '::1',
      id: expect.stringMatching(/^[0-9a-f]{8}$/),
    });
  });

  it.each([['wrong-token'], [''], [undefined], [null], [5], [{}], ['v'.repeat(300)]])(
    '%j opens nothing',
    (token) => {
      expect(new Access(TOKENS).check(token, '::1', 0)).toBe('unauthorized');
    },
  );

  it('lets everybody look where there is no view token, and nobody act without a token', () => {
    const open = new Access({ ...TOKENS, viewToken: undefined });
    expect(open.check(undefined, '::1', 0)).toEqual({ role: 'viewer', id: 'open', address: '::1' });
    expect(open.check('control-token', '::1', 0)).toMatchObject({ role: 'operator' });
    expect(open.check('wrong-token', '::1', 0)).toBe('unauthorized');
  });

  it('has no operators where no control token is configured', () => {
    const open = new Access({ viewToken: undefined, controlToken: undefined, adminToken: undefined });
    expect(open.check('anything', '::1', 0)).toMatchObject({ role: 'viewer' });
  });

  it('lets an address that guesses wait, whatever it then says, and no other', () => {
    const guessed = new Access(TOKENS);
    for (let i = 0; i < 20; i++) expect(guessed.check(`guess-${i}`, '10.0.0.1', 0)).toBe('unauthorized');
    expect(guessed.check('admin-token', '10.0.0.1', 0)).toBe('authRate');
    expect(guessed.check('admin-token', '10.0.0.2', 0)).toMatchObject({ role: 'admin' });
    expect(guessed.check('admin-token', '10.0.0.1', 1_000)).toMatchObject({ role: 'admin' });
  });
});

describe('HTTP', () => {
  it('answers what there is, and which methods, only to those who may look', async () => {
    const server = await start(TOKENS);
    const get = (path: string, token?: string, init?: RequestInit): Promise<Response> =>
      fetch(`${server.url}api/v1/${path}`, {
        ...init,
        headers: token ? { authorization: `Bearer ${token}` } : {},
      });
    expect((await get('nothing')).status).toBe(401);
    expect((await get('nothing', 'view-token')).status).toBe(404);
    expect((await get('directory', 'view-token')).status).toBe(200);
    const posted = await get('directory', 'view-token', { method: 'POST' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('does not start with one secret for two doors', async () => {
    await expect(start({ viewToken: 'the-same-one', controlToken: 'the-same-one' })).rejects.toThrow(
      'viewToken and controlToken must differ',
    );
  });
});
