import { describe, expect, it, vi } from 'vitest';
import { consecutiveFailures, createGroup, type Group, OVERFLOW_KEY } from '../src/index.ts';
import { testClock } from './support/clock.ts';

function make(max: number): Group {
  return createGroup({ max, configure: () => ({ openWhen: consecutiveFailures(1), clock: testClock() }) });
}

describe('a group', () => {
  it('has one breaker per key, named after it', () => {
    const group = make(10);
    expect(group.get('a')).toBe(group.get('a'));
    expect(group.get('a')).not.toBe(group.get('b'));
    expect([...group].map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('keys of an object’s prototype are keys like any other', () => {
    const group = make(10);
    for (const key of ['__proto__', 'constructor', '']) group.get(key).acquire().fail();
    expect(group.get('__proto__').state).toBe('open');
    expect(group.get('toString').state).toBe('closed');
    expect(group.size).toBe(4);
  });

  it('forgets the one unused longest when it is full', () => {
    const group = make(3);
    for (const key of ['a', 'b', 'c']) group.get(key);
    group.get('a');
    const gone = vi.fn();
    group.on('breaker-removed', ({ name }) => gone(name));
    group.get('d');
    expect(gone).toHaveBeenCalledExactlyOnceWith('b');
    expect(group.has('a')).toBe(true);
  });

  it('never forgets what is open, busy or forced; further keys share the overflow breaker', () => {
    const group = make(3);
    group.get('open').acquire().fail();
    group.get('busy').acquire();
    group.get('forced').setMode('forced-open');
    const overflow = group.get('one more');
    expect(overflow.name).toBe(OVERFLOW_KEY);
    expect(group.get('and another')).toBe(overflow);
    expect(group.size).toBe(3);
    expect([...group]).toHaveLength(4);
  });

  it('stays bounded over a hundred thousand keys', () => {
    const group = make(100);
    for (let i = 0; i < 100_000; i++) group.get(`key ${i}`);
    expect(group.size).toBe(100);
  });

  it('serves a default breaker where configure throws, and says so', () => {
    const onError = vi.fn();
    const group = createGroup({
      onError,
      configure: () => {
        throw new Error('no such host');
      },
    });
    expect(group.get('a').state).toBe('closed');
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ message: 'no such host' }), 'configure');
  });

  it('refuses a wrong bound', () => {
    expect(() => createGroup({ max: 0 })).toThrow(
      'createGroup max must be a whole number from 1 to 1000000, got 0',
    );
    expect(() => createGroup({ configure: {} as never })).toThrow('configure must be a function of the key');
  });
});
