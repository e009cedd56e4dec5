import { describe, expect, it } from 'vitest';
import { createBreaker } from '../../src/index.ts';
import { fastFailing, tolerant } from '../../src/presets/common.ts';
import * as presets from '../../src/presets/index.ts';
import { Scenario } from '../support/scenario.ts';

const quick = (options = {}): Scenario => new Scenario(fastFailing(options));
const patient = (options = {}): Scenario => new Scenario(tolerant(options));

describe('fastFailing', () => {
  it('opens at three failures in a row, with no volume at all', () => {
    quick().ok(100).fail(2).state('closed').fail().state('open');
  });

  it('opens at three failures in ten calls, and not at two', () => {
    quick().ok(3).fail().ok(3).fail().ok().state('closed').fail().state('open');
    quick().ok(4).fail().ok(4).fail().state('closed');
  });

  it('takes fewer than five calls for no rate', () => {
    quick().ok().fail(2).ok().state('closed');
  });

  it('forgets after five seconds', () => {
    quick().ok(5).fail(2).ok().at(4_999).fail().state('open');
    quick().ok(5).fail(2).ok().at(5_000).fail().state('closed');
  });

  it('opens on calls that hang, before any of them has ended', () => {
    const story = quick({ slowMs: 300 });
    for (let i = 0; i < 5; i++) story.begin(`hang ${i}`);
    story.at(299).begin('not yet').end('not yet', 'ok').state('closed').at(400);
    expect(story.breaker.tryAcquire()).toBeNull();
    story.state('open');
  });

  it('tries again after a second with one call, and closes with it', () => {
    quick()
      .fail(3)
      .at(999)
      .refused()
      .at(1_000)
      .begin('probe')
      .refused()
      .end('probe', 'ok')
      .state('closed')
      .ok(3);
  });

  it('stays open for a second each time, however often', () => {
    const story = quick().fail(3);
    for (let second = 1; second < 10; second++)
      story
        .at(second * 1_000)
        .fail()
        .refused();
  });

  it('gives up on a probe after twice what is slow, a second at least', () => {
    quick({ slowMs: 2_000 }).fail(3).at(1_000).begin('hung').at(4_999).refused().at(5_000).begin('next');
    quick({ slowMs: 100 }).fail(3).at(1_000).begin('hung').at(1_999).refused().at(2_000).begin('next');
  });
});

describe('tolerant', () => {
  it('decides nothing on fewer than a hundred calls, or what it is told', () => {
    patient().fail(99).state('closed').fail().state('open');
    patient({ minimumCalls: 10 }).fail(9).state('closed').fail().state('open');
  });

  it('stays closed while a quarter of the calls gets through', () => {
    patient().ok(51).fail(149).state('closed').ok(49).fail(150).state('closed').fail().state('open');
  });

  it('looks at a whole minute', () => {
    patient().fail(99).at(59_999).fail().state('open');
    patient().fail(99).at(60_000).fail().state('closed');
  });

  it('opens when nine of ten calls are slower than ten seconds', () => {
    const story = patient({ minimumCalls: 10 }).ok();
    for (let i = 0; i < 9; i++) story.begin(`slow ${i}`);
    story.at(10_001);
    for (let i = 0; i < 8; i++) story.end(`slow ${i}`, 'ok');
    story.state('closed').end('slow 8', 'ok').state('open');
  });

  it('stays open for ten seconds, then twice as long, up to two minutes', () => {
    const story = patient({ minimumCalls: 10 }).fail(10);
    let now = 0;
    for (const openMs of [10_000, 20_000, 40_000, 80_000, 120_000, 120_000]) {
      now += openMs;
      story
        .at(now - 1)
        .refused()
        .at(now)
        .fail(4)
        .state('open');
    }
  });

  it('closes with seven successes of ten probes, three at a time', () => {
    const story = patient({ minimumCalls: 10 }).fail(10).at(10_000);
    story.begin('a').begin('b').begin('c').refused();
    story.end('a', 'fail').end('b', 'fail').end('c', 'fail').ok(6).state('half-open').ok().state('closed');
  });

  it('lets the traffic back step by step for half a minute', () => {
    const story = new Scenario({ ...tolerant({ minimumCalls: 10 }), random: () => 0.5 });
    story.fail(10).at(10_000).ok(7).state('closed');
    const passed = (): number => {
      let through = 0;
      for (let i = 0; i < 100; i++) {
        const permit = story.breaker.tryAcquire();
        permit?.succeed();
        if (permit !== null) through++;
      }
      return through;
    };
    const early = passed();
    story.at(40_001);
    expect(early).toBeLessThan(40);
    expect(passed()).toBe(100);
  });
});

describe('common configurations', () => {
  it('need no options and are plain data, so they can be stored and sent', () => {
    for (const config of [fastFailing(), tolerant()]) {
      expect(JSON.parse(JSON.stringify(config))).toEqual(config);
      expect(createBreaker({ name: 'b', ...config }).config).toMatchObject(config);
    }
  });

  it('lie on both sides of the default', () => {
    const calls = (options: object): number => {
      const story = new Scenario(options);
      let n = 0;
      while (story.breaker.state === 'closed') {
        story.fail();
        n++;
      }
      return n;
    };
    expect([calls(fastFailing()), calls({}), calls(tolerant())]).toEqual([3, 20, 100]);
  });

  it('let single parts be replaced', () => {
    const story = new Scenario({ ...tolerant(), openWhen: [] });
    story.fail(500).state('closed');
  });
});

describe('the second argument of every preset', () => {
  const { fastFailing: _, tolerant: __, ...systems } = presets;

  it.each(Object.entries(systems))('%s takes nothing but a true or false "faithful"', (_, preset) => {
    // The only one without a default for everything.
    const options = preset === presets.cockatiel ? { breaker: { consecutive: 5 }, halfOpenAfter: 1 } : {};
    const withMode = (mode: unknown) => () =>
      (preset as (options: object, mode: unknown) => unknown)(options, mode);
    expect(withMode({ faithfull: true })).toThrow(/beside its options, .*no option "faithfull"/);
    expect(withMode('faithful')).toThrow('takes an object of options, got "faithful"');
    expect(withMode({ faithful: 1 })).toThrow('faithful must be true or false, got 1');
    expect(withMode({ faithful: false })).not.toThrow();
  });
});
