import { describe, expect, it } from 'vitest';
import { checkOrder, type StageKind } from '../src/order.ts';

describe('the order of a pipeline', () => {
  it.each([
    [['fallback', 'retry', 'breaker', 'timeout', 'bulkhead']],
    [['timeout', 'retry', 'timeout']],
    [['coalesce', 'fallback', 'hedge', 'rate-limit', 'bulkhead', 'breaker', 'breaker']],
  ] as [StageKind[]][])('%j makes sense', (kinds) => {
    expect(() => checkOrder(kinds)).not.toThrow();
  });

  it.each([
    [
      ['breaker', 'timeout', 'fallback'],
      'fallback inside breaker makes no sense: the breaker would see no failure',
    ],
    [['retry', 'fallback'], 'fallback inside retry makes no sense: the retry would see no failure'],
    [['retry', 'breaker', 'retry'], 'a second retry makes no sense: tries would multiply'],
    [['hedge', 'fallback'], 'fallback inside hedge makes no sense: the fallback would win'],
    [['hedge', 'hedge'], 'a second hedge makes no sense: second calls would multiply'],
    [
      ['fallback', 'retry', 'fallback'],
      'a second fallback makes no sense: the outer one would never be asked',
    ],
    [['bulkhead', 'coalesce'], 'coalesce inside bulkhead makes no sense: calls that share one answer'],
    [['rate-limit', 'coalesce'], 'coalesce inside rate-limit makes no sense: calls that share one answer'],
    [['coalesce', 'coalesce'], 'a second coalesce makes no sense: the inner one'],
  ] as [StageKind[], string][])('%j does not', (kinds, sentence) => {
    expect(() => checkOrder(kinds)).toThrow(`pipeline: ${sentence}`);
  });
});
