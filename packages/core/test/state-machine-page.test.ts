import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { TABLE } from '../src/machine.ts';

const PAGE = new URL('../../../docs/state-machine.md', import.meta.url);

function page(): string {
  const states = Object.keys(TABLE) as (keyof typeof TABLE)[];
  const cells = TABLE as Record<string, Record<string, { says: string }>>;
  const events = [...new Set(states.flatMap((state) => Object.keys(cells[state] ?? {})))].sort();
  const rows = events.map(
    (event) => `| \`${event}\` | ${states.map((state) => cells[state]?.[event]?.says ?? '·').join(' | ')} |`,
  );
  return `# The state machine

Printed by a test from the table in \`packages/core/src/machine.ts\`; do not edit by hand (\`UPDATE_DOCS=1 pnpm test\` prints it
again). A dot means that nothing changes.

\`\`\`
            a rule's limit is crossed
  closed ───────────────────────────────▶ open ◀─────────┐
    ▲                                      │             │
    │ enough probes succeeded              │ open time   │ closing is out
    │                                      ▼ is over     │ of reach
    └────────────────────────────────── half-open ───────┘
\`\`\`

| event | ${states.join(' | ')} |
| --- | ${states.map(() => '---').join(' | ')} |
${rows.join('\n')}

- **Every transition starts a new generation.** A result whose call began in an earlier one counts in the totals, is
  reported to its caller as \`stale\`, and moves nothing.
- **A probe is a lease.** One that does not settle within \`leaseMs\` gives its place to another; its late result is stale.
- **No timer decides.** The open time ends when a call arrives after it; an unref'd timer only tells listeners on time.
- **Modes lie over the machine** and do not change it: \`forced-open\` turns every call away, \`forced-closed\` and
  \`observing\` let every call through while the machine below goes on computing.
`;
}

it('docs/state-machine.md shows the table as it is', () => {
  if (process.env.UPDATE_DOCS === '1') writeFileSync(PAGE, page());
  expect(readFileSync(PAGE, 'utf8')).toBe(page());
});
