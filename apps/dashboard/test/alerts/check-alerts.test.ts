import { describe, expect, it } from 'vitest';
import { breakerMatch } from '../../src/server/alerts/breaker-match.ts';
import { checkAlerts } from '../../src/server/alerts/check-alerts.ts';

const SECRET = 'hunter2-hunter2-hunter2';
const webhook = { url: `https://hooks.example.com/${SECRET}`, secret: SECRET };
const state = { name: 'open', when: 'state', webhook };

function refusal(...alerts: unknown[]): string {
  try {
    checkAlerts(alerts, 'alerts in cb.json');
  } catch (error) {
    const { message } = error as Error;
    expect(message).not.toMatch(/\n|hunter2/);
    expect(message.startsWith('alerts in cb.json')).toBe(true);
    return message.slice('alerts in cb.json'.length);
  }
  throw new Error('it was not refused');
}

it.each([
  [5, ', rule 1, takes an object of options, got 5'],
  [{}, ', rule 1: name must be a text of 1 to 64 characters, got undefined'],
  [{ ...state, name: 'a\nb' }, ', rule 1: name must be a text of 1 to 64 characters, got "a\\nb"'],
  [{ ...state, url: 'x' }, /, rule 1, has no option "url"; did you mean "webhook": \{ "url": … \}\? /],
  [
    { ...state, when: 'closed' },
    ', rule "open": when must be one of state, open-longer, flapping, no-data, got "closed"',
  ],
  [{ ...state, opens: 3 }, ', rule "open": opens is for flapping, not for state'],
  [
    { ...state, longerThanMs: 3_000 },
    ', rule "open": longerThanMs is for open-longer and no-data, not for state',
  ],
  [{ ...state, to: ['opened'] }, ', rule "open": to must be a list of open, isolated, half-open, closed'],
  [{ ...state, to: 'open' }, ', rule "open": to must be a list of open, isolated, half-open, closed'],
  [{ ...state, to: ['no-data'] }, /half-open, closed; "no-data" is a rule of its own: "when": "no-data"$/],
  [
    { ...state, debounceMs: '30s' },
    /debounceMs must be a whole number from 0 to 3600000, got "30s"; it is milliseconds/,
  ],
  [
    { ...state, debounceMs: -1 },
    ', rule "open": debounceMs must be a whole number from 0 to 3600000, got -1',
  ],
  [
    { ...state, repeatMs: 1_000 },
    ', rule "open": repeatMs must be a whole number from 60000 to 604800000, got 1000',
  ],
  [
    { ...state, when: 'open-longer' },
    /: longerThanMs must be a whole number from 1000 to 604800000, got nothing$/,
  ],
  [
    { ...state, when: 'flapping', withinMs: 60_000 },
    ', rule "open": opens must be a whole number from 2 to 1000, got nothing',
  ],
  [
    { ...state, when: 'flapping', opens: 3, withinMs: 7_200_000 },
    /withinMs must be a whole number from 1000 to 3600000/,
  ],
  [
    { ...state, match: { services: 'x' } },
    /, rule "open", match, has no option "services"; did you mean service\?/,
  ],
  [
    { ...state, match: { service: [] } },
    /match\.service must be a text of at most 200 characters and 10 stars, or 1 to 50/,
  ],
  [{ ...state, match: { name: '*'.repeat(11) } }, /match\.name must be a text/],
  [{ ...state, match: { tags: { region: 5 } } }, /match\.tags\.region must be a text/],
  [{ ...state, webhook: undefined }, ', rule "open" needs "webhook": { "url": "https://…" }'],
  [{ ...state, webhook: { url: `ftp://x/${SECRET}` } }, /webhook\.url must be an http or https address/],
  [
    { ...state, webhook: { url: `https://me:${SECRET}@x/` } },
    /webhook\.url must hold no user and no password/,
  ],
  [
    { ...state, webhook: { ...webhook, secret: 'hunter2' } },
    /webhook\.secret must have 16 to 256 characters, got 7$/,
  ],
  [
    { ...state, webhook: { ...webhook, format: 'teams' } },
    /webhook\.format must be json or slack, got "teams"$/,
  ],
  [
    { ...state, webhook: { ...webhook, headers: { Host: 'x' } } },
    /webhook\.headers: Host is not yours to set$/,
  ],
  [
    { ...state, webhook: { ...webhook, headers: { 'X-Cb-Signature': 'x' } } },
    /X-Cb-Signature is not yours to set$/,
  ],
  [
    { ...state, webhook: { ...webhook, headers: { authorization: `${SECRET}\r\nx: y` } } },
    /authorization must be 1 to 1024/,
  ],
  [{ ...state, webhook: { ...webhook, headers: { 'a b': 'x' } } }, /"a b" is no name$/],
])('refuses %j in a sentence without any secret', (alert, sentence) => {
  const said = refusal(alert);
  if (typeof sentence === 'string') expect(said).toBe(sentence);
  else expect(said).toMatch(sentence);
});

it('refuses what is no list, too many rules, and one name for two', () => {
  expect(() => checkAlerts({}, 'alerts')).toThrow('alerts must be a list of rules, got an object');
  expect(refusal(...Array.from({ length: 51 }, (_, i) => ({ ...state, name: `${i}` })))).toBe(
    ' must hold at most 50 rules, got 51',
  );
  expect(refusal(state, state)).toBe(' has two rules named "open"');
});

it('says in words what each rule watches', () => {
  const rules = checkAlerts(
    [
      state,
      { ...state, name: '2', to: ['open'], debounceMs: 0 },
      { ...state, name: '3', to: ['closed'] },
      {
        ...state,
        name: '4',
        when: 'open-longer',
        longerThanMs: 300_000,
        match: { service: 'a*', tags: { region: ['eu', 'us'] } },
      },
      { ...state, name: '5', when: 'flapping', opens: 5, withinMs: 600_000 },
      { ...state, name: '6', when: 'no-data', longerThanMs: 60_000 },
    ],
    'alerts',
  );
  expect(rules.map(({ watches, of }) => `${watches} | ${of}`)).toEqual([
    'open or isolated for 30 s | all breakers',
    'open | all breakers',
    'closed again for 30 s | all breakers',
    'open for longer than 5 min | service a*, region eu or us',
    '5 openings within 10 min | all breakers',
    'no data for 1 min | all breakers',
  ]);
});

describe('a pattern', () => {
  it.each([
    ['payments', 'payments', true],
    ['payments', 'payments-2', false],
    ['payments*', 'payments-2', true],
    ['payments*', 'payments', true],
    ['*payments', 'eu/payments', true],
    ['GET *', 'GET /users/5', true],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c', false],
    ['aba*aba', 'aba', false],
    ['*', '', true],
    ['**', 'anything', true],
    ['*ab*ab*', 'ab', false],
    ['a.c', 'abc', false],
    ['(a+)+$*', `${'a'.repeat(50)}!`, false],
  ])('%j and %j: %s', (name, text, fits) => {
    expect(breakerMatch({ name }, 'match').fits({ service: 's', name: text, tags: {} })).toBe(fits);
  });

  it('asks for everything that is said, and reads tags as data', () => {
    const { fits } = breakerMatch({ service: ['a', 'b*'], tags: { region: 'eu' } }, 'match');
    expect(fits({ service: 'b2', name: 'x', tags: { region: 'eu' } })).toBe(true);
    expect(fits({ service: 'b2', name: 'x', tags: {} })).toBe(false);
    expect(fits({ service: 'c', name: 'x', tags: { region: 'eu' } })).toBe(false);
    expect(
      breakerMatch({ tags: { toString: '*' } }, 'match').fits({ service: 's', name: 'n', tags: {} }),
    ).toBe(false);
  });
});
