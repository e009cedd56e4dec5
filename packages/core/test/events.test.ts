import { afterEach, describe, expect, it, vi } from 'vitest';
import { Emitter, guarded, printOnce } from '../src/events.ts';

interface Events {
  a: number;
  b: string;
}

function make(): { emitter: Emitter<Events>; report: ReturnType<typeof vi.fn>; seen: unknown[] } {
  const report = vi.fn();
  return { emitter: new Emitter<Events>(report), report, seen: [] };
}

describe('an emitter', () => {
  it('delivers to the listeners of that event, in the order they came', () => {
    const { emitter, report, seen } = make();
    emitter.on('a', (n) => seen.push(['first', n]));
    emitter.on('a', (n) => seen.push(['second', n]));
    emitter.on('b', (s) => seen.push(['other', s]));
    emitter.emit('a', 1);
    emitter.emit('b', 'x');
    expect(seen).toEqual([
      ['first', 1],
      ['second', 1],
      ['other', 'x'],
    ]);
    expect(report).not.toHaveBeenCalled();
  });

  it('says nothing to nobody', () => {
    const { emitter, report } = make();
    emitter.emit('a', 1);
    expect(report).not.toHaveBeenCalled();
  });

  it('knows whether anybody listens', () => {
    const { emitter } = make();
    expect(emitter.hears('a')).toBe(false);
    const off = emitter.on('a', () => {});
    expect([emitter.hears('a'), emitter.hears('b')]).toEqual([true, false]);
    off();
    expect(emitter.hears('a')).toBe(false);
  });

  it('takes the same function twice for two listeners, each with its own end', () => {
    const { emitter } = make();
    const listener = vi.fn();
    const offOne = emitter.on('a', listener);
    const offTwo = emitter.on('a', listener);
    emitter.emit('a', 1);
    expect(listener).toHaveBeenCalledTimes(2);
    offOne();
    offOne();
    emitter.emit('a', 2);
    expect(listener).toHaveBeenCalledTimes(3);
    offTwo();
    emitter.emit('a', 3);
    expect(listener).toHaveBeenCalledTimes(3);
  });

  it('refuses a listener that is no function', () => {
    const { emitter } = make();
    expect(() => emitter.on('a', {} as never)).toThrow(new TypeError('a listener of a must be a function'));
    expect(emitter.hears('a')).toBe(false);
  });

  it('delivers what listeners cause after what is under way', () => {
    const { emitter, seen } = make();
    emitter.on('a', (n) => {
      if (n === 1) emitter.emit('a', 2);
      seen.push(['first', n]);
    });
    emitter.on('a', (n) => seen.push(['second', n]));
    emitter.emit('a', 1);
    expect(seen).toEqual([
      ['first', 1],
      ['second', 1],
      ['first', 2],
      ['second', 2],
    ]);
  });

  it('delivers an event to those who listened when it came, whoever comes or goes meanwhile', () => {
    const { emitter, seen } = make();
    emitter.on('a', (n) => {
      if (n !== 1) return;
      offLater();
      emitter.on('a', (m) => seen.push(['new', m]));
    });
    const offLater = emitter.on('a', (n) => seen.push(['later', n]));
    emitter.emit('a', 1);
    expect(seen).toEqual([['later', 1]]);
    emitter.emit('a', 2);
    expect(seen).toEqual([
      ['later', 1],
      ['new', 2],
    ]);
  });

  it('waits while it is held, and until the last hold is released', () => {
    const { emitter, seen } = make();
    emitter.on('a', (n) => seen.push(n));
    emitter.hold();
    emitter.hold();
    emitter.emit('a', 1);
    emitter.emit('a', 2);
    emitter.release();
    expect(seen).toEqual([]);
    emitter.release();
    expect(seen).toEqual([1, 2]);
    emitter.emit('a', 3);
    expect(seen).toEqual([1, 2, 3]);
  });

  it('reports a listener that throws, and tells the others all the same', () => {
    const { emitter, report, seen } = make();
    const error = new Error('no');
    emitter.on('a', () => {
      throw error;
    });
    emitter.on('a', (n) => seen.push(n));
    emitter.emit('a', 1);
    emitter.emit('a', 2);
    expect(seen).toEqual([1, 2]);
    expect(report.mock.calls).toEqual([
      [error, 'listener of a'],
      [error, 'listener of a'],
    ]);
  });

  it('reports a listener that rejects', async () => {
    const { emitter, report } = make();
    const error = new Error('later');
    const rejected = Promise.reject(error);
    emitter.on('b', (): unknown => rejected);
    emitter.emit('b', 'x');
    await rejected.catch(() => {});
    expect(report).toHaveBeenCalledExactlyOnceWith(error, 'listener of b');
  });

  it('ends a chain after a thousand events, says so, and goes on with the next', () => {
    const { emitter, report } = make();
    let delivered = 0;
    const off = emitter.on('a', (n) => {
      delivered++;
      emitter.emit('a', n + 1);
    });
    emitter.emit('a', 1);
    expect(delivered).toBe(1_000);
    expect(report).toHaveBeenCalledExactlyOnceWith(
      new Error('listeners answer each other without end; the rest of the chain is dropped'),
      'chain of listeners',
    );
    off();
    const seen: number[] = [];
    emitter.on('a', (n) => seen.push(n));
    emitter.emit('a', 5);
    expect(seen).toEqual([5]);
  });

  it('does not take a thousand events for a chain without end', () => {
    const { emitter, report, seen } = make();
    emitter.on('a', (n) => {
      seen.push(n);
      if (n < 1_000) emitter.emit('a', n + 1);
    });
    emitter.emit('a', 1);
    expect(seen).toHaveLength(1_000);
    expect(report).not.toHaveBeenCalled();
  });
});

describe('errors of user code without onError', () => {
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });

  it('are printed once per place', () => {
    const print = vi.spyOn(console, 'error').mockReturnValue();
    const report = printOnce();
    const [first, second] = [new Error('first'), new Error('second')];
    report(first, 'here');
    report(second, 'here');
    report(second, 'there');
    expect(print.mock.calls).toEqual([
      ['@cb: here threw (told once):', first],
      ['@cb: there threw (told once):', second],
    ]);
  });

  it('are printed for a thousand places at most', () => {
    const print = vi.spyOn(console, 'error').mockReturnValue();
    const report = printOnce();
    for (let i = 0; i < 1_001; i++) report(undefined, `place ${i}`);
    expect(print).toHaveBeenCalledTimes(1_000);
  });

  it('are lost where there is no console, without another error', () => {
    vi.stubGlobal('console', undefined);
    expect(() => printOnce()(new Error('no'), 'here')).not.toThrow();
    Reflect.deleteProperty(globalThis, 'console');
    expect(() => printOnce()(new Error('no'), 'here')).not.toThrow();
  });
});

describe('a guarded reporter', () => {
  it('passes on what it is told, and throws nothing', () => {
    const onError = vi.fn(() => {
      throw new Error('again');
    });
    const error = new Error('no');
    expect(() => guarded(onError)(error, 'here')).not.toThrow();
    expect(onError).toHaveBeenCalledExactlyOnceWith(error, 'here');
  });

  it('that is async ends no process by its rejection', async () => {
    const unhandled = vi.fn();
    process.once('unhandledRejection', unhandled);
    guarded((() => Promise.reject(new Error('again'))) as () => void)(new Error('no'), 'here');
    await new Promise(setImmediate);
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});
