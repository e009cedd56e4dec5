import { describe, expect, it } from 'vitest';
import { qpool } from '../../src/presets/qpool.ts';
import { Scenario } from '../support/scenario.ts';

const OWN = { maxFailures: 3, resetTimeout: 1_000, halfOpenMax: 2 };
const make = (options = {}, mode = {}): Scenario => new Scenario(qpool({ ...OWN, ...options }, mode));
const halfOpen = (options = {}, mode = {}): Scenario =>
  make(options, mode).fail(3).at(1_000).refused().at(1_001).state('half-open');

describe('qpool: opening', () => {
  it('opens at maxFailures in a row, not before', () => {
    make().fail(2).state('closed').fail().state('open').refused(5);
  });

  it('starts the count again with a success', () => {
    make().fail(2).ok().fail(2).state('closed').fail().state('open');
  });

  it('counts failures in a row however old they are', () => {
    make().fail(2).at(86_400_000).fail().state('open');
  });

  it.each([0, -1, -7.5])('opens at the first failure with maxFailures %s', (maxFailures) => {
    make({ maxFailures }).ok(5).fail().state('open');
  });

  it('leaves the streak alone when a call is ignored', () => {
    make().fail(2).ignore(3).fail().state('open');
  });
});

describe('qpool: the open time', () => {
  it('still refuses exactly at its end and lets a call through one millisecond later', () => {
    make().fail(3).at(1_000).state('open').refused().at(1_001).state('half-open').ok().state('half-open');
  });

  it.each([0, -5])('is a minute with resetTimeout %s', (resetTimeout) => {
    make({ resetTimeout }).fail(3).at(60_000).refused().at(60_001).state('half-open');
  });

  it('begins with the opening: failures that come in afterwards do not move it', () => {
    make().begin('late').fail(3).at(900).end('late', 'fail').at(1_001).state('half-open');
  });

  it('starts in full with each reopening', () => {
    halfOpen().fail().state('open').at(2_001).refused().at(2_002).state('half-open');
  });
});

describe('qpool: half-open', () => {
  it('lets halfOpenMax calls run at the same time and no more', () => {
    halfOpen().begin('a').begin('b').refused(3);
  });

  it('gives a place to the next call as soon as one has ended: places, not a number of calls', () => {
    halfOpen({ halfOpenMax: 3 })
      .begin('a')
      .begin('b')
      .begin('c')
      .refused()
      .end('a', 'ok')
      .begin('d')
      .refused()
      .end('b', 'ok')
      .state('half-open')
      .end('d', 'ok')
      .state('closed');
  });

  it('closes at halfOpenMax successes', () => {
    halfOpen()
      .ok()
      .state('half-open')
      .counts({ halfOpenSuccess: 1, halfOpenInflight: 0 })
      .ok()
      .state('closed');
  });

  it('opens again at the first failure, whatever succeeded before', () => {
    halfOpen().ok().fail().state('open').refused();
  });

  it.each([0, -2])('has one place and needs one success with halfOpenMax %s', (halfOpenMax) => {
    halfOpen({ halfOpenMax }).begin('a').refused().end('a', 'ok').state('closed');
  });

  it('gives the place of an ignored call back and decides nothing', () => {
    halfOpen({ halfOpenMax: 1 }).ignore(5).state('half-open').ok().state('closed');
  });

  it('is closed afterwards with a fresh count', () => {
    halfOpen().ok(2).state('closed').counts({ failureCount: 0 }).fail(2).state('closed').fail().state('open');
  });
});

describe('qpool: late results', () => {
  it('move nothing by default: not half-open, not closed again', () => {
    make()
      .begin('late ok')
      .begin('late fail')
      .begin('later fail')
      .fail(3)
      .at(1_001)
      .begin('probe')
      .end('late ok', 'ok')
      .counts({ halfOpenSuccess: 0, halfOpenInflight: 1 })
      .end('late fail', 'fail')
      .state('half-open')
      .end('probe', 'ok')
      .ok()
      .state('closed')
      .end('later fail', 'fail')
      .counts({ failureCount: 0 });
  });

  it('count as trial calls when faithful: a success also frees a place that it never took', () => {
    make({}, { faithful: true })
      .begin('late')
      .fail(3)
      .at(1_001)
      .begin('a')
      .begin('b')
      .refused()
      .end('late', 'ok')
      .state('half-open')
      .begin('c')
      .end('a', 'ok')
      .state('closed');
  });

  it('open a half-open circuit again when faithful and a failure', () => {
    make({}, { faithful: true }).begin('late').fail(3).at(1_001).ok().end('late', 'fail').state('open');
  });

  it('count in the fresh closed state when faithful', () => {
    make({}, { faithful: true })
      .begin('late')
      .fail(3)
      .at(1_001)
      .ok(2)
      .fail(2)
      .end('late', 'fail')
      .state('open');
  });
});

describe('qpool: a trial call that never ends', () => {
  it('gives its place to another after resetTimeout by default', () => {
    halfOpen({ halfOpenMax: 1 })
      .begin('hung')
      .at(2_000)
      .refused()
      .at(2_001)
      .ok()
      .state('closed')
      .end('hung', 'fail')
      .state('closed');
  });

  it('holds its place for ever when faithful', () => {
    halfOpen({ halfOpenMax: 1 }, { faithful: true })
      .begin('hung')
      .at(86_400_000)
      .refused()
      .state('half-open');
  });
});

describe('qpool: reads and counters', () => {
  it('shows the count of failures in a row, closed and open', () => {
    make().counts({ failureCount: 0 }).fail(2).counts({ failureCount: 2 }).fail().counts({ failureCount: 3 });
  });

  it('shows the places that are taken', () => {
    halfOpen().begin('a').counts({ halfOpenInflight: 1, halfOpenSuccess: 0 });
  });

  it('takes no place by looking, however often', () => {
    const story = halfOpen({ halfOpenMax: 1 });
    for (let i = 0; i < 20; i++) {
      story.state('half-open');
      story.breaker.snapshot();
    }
    story.ok().state('closed');
  });
});

describe('qpool: options', () => {
  it('stands for one failure, a minute and one trial call when left out', () => {
    new Scenario(qpool()).fail().state('open').at(60_001).begin('a').refused().end('a', 'ok').state('closed');
  });

  it.each([
    [{ maxFailures: 2.5 }, 'qpool maxFailures must be a whole number from 1 to 1000000, got 2.5'],
    [{ resetTimeout: '1s' }, 'qpool resetTimeout must be a finite number of milliseconds above 0, got "1s"'],
    [{ halfOpenMax: Number.NaN }, 'qpool halfOpenMax must be a whole number from 1 to 10000, got NaN'],
    [{ maxFailure: 3 }, 'qpool has no option "maxFailure"; did you mean maxFailures?'],
  ])('refuses %j', (options, sentence) => {
    expect(() => qpool(options as object)).toThrow(sentence);
  });

  it('refuses a misspelt mode', () => {
    expect(() => qpool({}, { faithfull: true } as object)).toThrow('did you mean faithful?');
  });
});
