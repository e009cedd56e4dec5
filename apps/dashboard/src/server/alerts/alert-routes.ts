import type { AlertList } from '@cb/protocol';
import { json, text } from '../reply.ts';
import { BadRequest, type Route } from '../routes.ts';
import type { ServerContext } from '../server-context.ts';
import type { Alerts } from './alerts.ts';

/** What can be asked about alerts under `/api/v1/`. */
export function alertRoutes(alerts: Alerts, { now, audit }: ServerContext): Route[] {
  return [
    {
      method: 'GET',
      path: 'alerts',
      role: 'viewer',
      answer: () => json({ now: now(), alerts: alerts.status() } satisfies AlertList),
    },
    {
      method: 'POST',
      path: 'alerts/test',
      role: 'admin',
      answer: async ({ body, caller }) => {
        const name = nameIn(body);
        const result = await alerts.test(name);
        if (result === undefined) return text(404, 'There is no alert of that name.');
        if (result === 'wait') {
          return { ...text(429, 'A test was just sent; wait.'), headers: { 'retry-after': '2' } };
        }
        const outcome = result.ok ? `delivered, HTTP ${result.status}` : `not delivered: ${result.problem}`;
        audit.add(caller, { action: 'alert-test', note: `test of the alert "${name}": ${outcome}` });
        return json(result);
      },
    },
  ];
}

function nameIn(body: unknown): string {
  const name: unknown =
    typeof body === 'object' && body !== null ? (body as { name?: unknown }).name : undefined;
  if (typeof name === 'string' && name.length <= 64) return name;
  throw new BadRequest('Send { "name": … } with the name of an alert.');
}
