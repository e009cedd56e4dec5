import { describe, expect, it } from 'vitest';
import { actOnOne, fragile, report, rowOf, startControlled } from './control-support.ts';
import { until } from './support.ts';

describe('every operation acts on a real breaker of a real service', () => {
  it.each([
    ['isolate', 'forced-open'],
    ['force-closed', 'forced-closed'],
    ['observe', 'observing'],
  ])('%s, and release takes it back', async (op, mode) => {
    const { server } = await startControlled();
    const breaker = fragile();
    await report(server, [breaker]);
    expect(await actOnOne(server, { op, by: 'ana' })).toMatchObject({
      service: 'checkout',
      name: 'payments',
      ok: true,
      version: 1,
    });
    expect(breaker.mode).toBe(mode);
    await until(async () => (await rowOf(server)).instances[0]?.version === 1, 'told');
    expect((await rowOf(server)).instances[0]).toMatchObject({
      state: 'closed',
      mode,
      modeBy: 'ana',
      modeNote: 'the bank asked for it',
      control: true,
    });
    expect(await actOnOne(server, { op: 'release' })).toMatchObject({ ok: true, version: 2 });
    expect(breaker.mode).toBe('auto');
    await until(async () => (await rowOf(server)).instances[0]?.version === 2, 'told');
    expect((await rowOf(server)).instances[0]).not.toHaveProperty('modeBy');
  });
});
