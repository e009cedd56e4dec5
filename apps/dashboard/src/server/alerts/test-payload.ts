import type { AlertPayload } from '@cb/protocol';
import type { AlertRule } from './alert-rule.ts';

/** What a test delivery says: the same as a real one, about a breaker that does not exist. */
export function testPayload(
  rule: AlertRule,
  id: string,
  now: number,
  publicUrl: string | undefined,
): AlertPayload {
  const payload: AlertPayload = {
    v: 1,
    id,
    at: now,
    missed: 0,
    test: true,
    notices: [
      {
        id: `${id}.1`,
        key: `${rule.name}/example/example`,
        rule: rule.name,
        when: rule.when,
        status: 'firing',
        repeat: 0,
        summary: `Test of the alert "${rule.name}": nothing has happened`,
        service: 'example',
        breaker: 'example',
        tags: {},
        from: 'closed',
        to: rule.when === 'no-data' ? 'no-data' : 'open',
        since: now,
        instances: { open: 1, total: 1, list: [{ instance: 'example-1', state: 'open' }] },
      },
    ],
  };
  if (publicUrl !== undefined) payload.dashboard = publicUrl;
  return payload;
}
