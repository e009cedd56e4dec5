import { describe, expect, it, vi } from 'vitest';
import { Audience } from '../src/audience.ts';

describe('an audience', () => {
  it('wants an event per call only while somebody listens for that', () => {
    const audience = new Audience(() => {});
    expect(audience.perCall).toBe(false);
    const offOther = audience.on('state-changed', () => {});
    expect(audience.perCall).toBe(false);
    const offOne = audience.on('call-settled', () => {});
    const offTwo = audience.on('call-settled', () => {});
    expect(audience.perCall).toBe(true);
    offOther();
    offOne();
    expect(audience.perCall).toBe(true);
    offTwo();
    expect(audience.perCall).toBe(false);
  });

  it('tells a listener until it stops, and reports what it throws', () => {
    const report = vi.fn();
    const audience = new Audience(report);
    const listener = vi.fn(() => {
      throw new Error('no');
    });
    const off = audience.on('call-settled', listener);
    const event = { type: 'call-settled' } as never;
    audience.emitter.emit('call-settled', event);
    off();
    audience.emitter.emit('call-settled', event);
    expect(listener).toHaveBeenCalledExactlyOnceWith(event);
    expect(report).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ message: 'no' }),
      'listener of call-settled',
    );
  });
});
