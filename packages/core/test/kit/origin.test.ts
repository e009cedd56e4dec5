import { describe, expect, it, vi } from 'vitest';
import { createOriginOf } from '../../src/kit/origin.ts';

describe('createOriginOf', () => {
  it.each([
    ['http://example.com', 'http://example.com'],
    ['http://example.com/a/b?c#d', 'http://example.com'],
    ['HTTP://Example.COM:80/a', 'http://example.com'],
    ['https://example.com:443?x', 'https://example.com'],
    ['https://example.com:8443#x', 'https://example.com:8443'],
    ['http://user:secret@example.com/', 'http://example.com'],
    ['http:\\\\example.com\\a', 'http://example.com'],
    ['  http://example.com/', 'http://example.com'],
    ['http://exa\nmple.com/', 'http://example.com'],
    ['http://[::1]:8080/x', 'http://[::1]:8080'],
    ['https://münchen.example/', 'https://xn--mnchen-3ya.example'],
  ])('finds the origin of %j', (url, origin) => {
    const originOf = createOriginOf();
    expect([originOf(url), originOf(url)]).toEqual([origin, origin]);
    expect(originOf('http://other.example/')).toBe('http://other.example');
  });

  it.each([
    'data:text/plain,hi',
    'blob:http://example.com/1',
    'file:///etc/hosts',
    'http://',
    'http://a b/',
    '/path',
    '',
  ])('finds nothing to guard in %j', (url) => {
    expect(createOriginOf()(url)).toBeNull();
  });

  it('takes a relative address for relative to the page, where there is one', () => {
    vi.stubGlobal('location', { href: 'https://page.example/a/b' });
    try {
      expect(createOriginOf()('/path')).toBe('https://page.example');
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('parses an origin once, whatever the path, and up to a thousand of them', () => {
    let parsed = 0;
    const { URL: Parser } = globalThis;
    vi.stubGlobal(
      'URL',
      class extends Parser {
        constructor(...address: [string, string?]) {
          super(...address);
          parsed++;
        }
      },
    );
    try {
      const originOf = createOriginOf();
      const parses = (...addresses: string[]): number => {
        const before = parsed;
        for (const address of addresses) originOf(address);
        return parsed - before;
      };
      const plain = (i: number): string => `http://h${i}.example`;
      expect(parses(plain(0), `${plain(0)}/a`, `${plain(0)}?b`, `${plain(0)}#c`)).toBe(1);
      expect(parses('https://a/1', 'https://a/2', 'https://a:8443', 'https://a:8443/b')).toBe(2);
      // What does not parse pushes nothing out.
      for (let i = 0; i < 1_000; i++) expect(originOf(`http://%zz${i}/`)).toBeNull();
      expect(parses(plain(0))).toBe(0);
      for (let i = 1; i < 998; i++) originOf(plain(i));
      expect(parses(plain(0), plain(997), 'https://a/')).toBe(0);
      expect(parses(plain(998), plain(0))).toBe(2);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it('gives right answers beyond what it remembers', () => {
    const originOf = createOriginOf();
    for (let i = 0; i < 2_500; i++) expect(originOf(`http://h${i}.example/`)).toBe(`http://h${i}.example`);
  });
});
