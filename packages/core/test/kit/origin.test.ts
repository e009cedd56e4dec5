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

  it('gives right answers beyond what it remembers', () => {
    const originOf = createOriginOf();
    for (let i = 0; i < 2_500; i++) expect(originOf(`http://h${i}.example/`)).toBe(`http://h${i}.example`);
  });
});
