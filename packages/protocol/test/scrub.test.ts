import { describe, expect, it } from 'vitest';
import { readRegistrations, readStateChanges, scrub } from '../src/index.ts';

describe('scrub', () => {
  it.each([
    ['GET https://ana:pw@x.test/a?key=1#b failed', 'GET https://x.test/a failed'],
    ['postgres://app:pw@db/main timed out', 'postgres://db/main timed out'],
    ['Authorization: Bearer abc.def-123', 'Authorization: *** ***'],
    ['{"password":"hunter 2","user":"ana"}', '{"password":***,"user":"ana"}'],
    ['token=abc&page=2', 'token=***&page=2'],
    ['api_key: sk_live_x, retry', 'api_key: ***, retry'],
    ['bad jwt eyJhbGciOiJI.eyJzdWIi.sig', 'bad jwt ***'],
    ['key 0123456789abcdef0123456789abcdef', 'key ***'],
    ['line\u0000one\r\n\u001b[31mtwo', 'line one [31mtwo'],
    ['connect ECONNREFUSED 10.0.0.1:5432', 'connect ECONNREFUSED 10.0.0.1:5432'],
  ])('%j becomes %j', (message, clean) => {
    expect(scrub(message)).toBe(clean);
  });

  it('ends for any text, however long, with at most 200 characters', () => {
    for (const part of ['a', '=', 'token', '://', ' "', 'eyJ.', '[?']) {
      expect(scrub(part.repeat(100_000)).length).toBeLessThanOrEqual(200);
    }
  });
});

describe('what arrives', () => {
  it('is scrubbed again: messages, notes, names of people, tags and settings', () => {
    const st = readStateChanges([
      {
        id: 1,
        seq: 1,
        t: 1,
        to: 'open',
        by: 'ana token=abcdefgh',
        note: 'password: hunter2',
        errors: [{ name: 'Error', message: 'GET https://ana:pw@x.test/a?key=1 failed', count: 1 }],
      },
    ]);
    expect(st).toMatchObject({
      items: [
        { by: 'ana token=***', note: 'password: ***', errors: [{ message: 'GET https://x.test/a failed' }] },
      ],
    });
    const reg = readRegistrations([
      {
        id: 1,
        name: 'payments',
        state: 'closed',
        config: { apiKey: 'abc', note: 'Bearer abcdefgh', probing: { tokens: { capacity: 10 } } },
        tags: { db_password: 'hunter2', region: 'eu', url: 'https://ana:pw@x.test/' },
      },
    ]);
    expect(reg).toMatchObject({
      items: [
        {
          config: { apiKey: '***', note: 'Bearer ***', probing: { tokens: { capacity: 10 } } },
          tags: { db_password: '***', region: 'eu', url: 'https://x.test/' },
        },
      ],
    });
  });
});
