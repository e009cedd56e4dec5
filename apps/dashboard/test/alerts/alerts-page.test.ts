import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AlertPayload } from '@cb/protocol';
import { expect, it, onTestFinished } from 'vitest';
import { readAlertFiles } from '../../src/server/alerts/alert-files.ts';
import { checkAlerts } from '../../src/server/alerts/check-alerts.ts';
import { signatureOf } from '../../src/server/alerts/signature.ts';
import { SettingsError } from '../../src/server/settings/setting.ts';
import { Scene } from './scene.ts';

const PAGE = readFileSync(new URL('../../../../docs/alerts.md', import.meta.url), 'utf8');
const SECRET = 'hunter2-hunter2-hunter2';

function folder(files: Record<string, string>): string {
  const dir = mkdtempSync(join(tmpdir(), 'cb-alerts-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  return dir;
}

/** The n-th block of code of this language. */
function block(language: string, n = 0): string {
  const found = [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'))][n]?.[1];
  if (found === undefined) throw new Error(`docs/alerts.md has no ${language} block ${n}`);
  return found;
}

it('docs/alerts.md shows rules that are taken, secrets from files too', () => {
  const dir = folder({ webhook: `${SECRET}\n`, 'slack-url': `https://hooks.slack.example.com/${SECRET}\n` });
  const { alerts } = JSON.parse(block('json').replaceAll('/run/secrets', dir)) as { alerts: unknown };
  const rules = checkAlerts(readAlertFiles(alerts, '/elsewhere', 'alerts'), 'alerts');
  expect(rules.map(({ webhook }) => [webhook.url, webhook.secret, webhook.format])).toEqual([
    ['https://hooks.example.com/breakers', SECRET, 'json'],
    [`https://hooks.slack.example.com/${SECRET}`, undefined, 'slack'],
  ]);
});

it('docs/alerts.md shows a payload with every field that is always there, and none that is never', () => {
  const shown = JSON.parse(block('json', 1)) as AlertPayload;
  const scene = new Scene({ debounceMs: 0 });
  scene.join('a', 1, { region: 'eu' });
  scene.become('open', { errors: [{ name: 'Error', code: 'ECONNREFUSED', message: 'm', count: 1 }] });
  scene.pass(1);
  const [made] = scene.told;
  expect(Object.keys(shown.notices[0] ?? {}).sort()).toEqual(Object.keys(made ?? {}).sort());
  expect(Object.keys(shown).sort()).toEqual(['at', 'dashboard', 'id', 'missed', 'notices', 'v']);
});

it('docs/alerts.md shows a check of signatures that takes ours, now, and nothing else', async () => {
  const file = join(folder({ 'is-ours.ts': block('ts') }), 'is-ours.ts');
  const { isOurs } = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as {
    isOurs: (header: string, body: string, secret: string) => boolean;
  };
  const body = '{"v":1,"notices":["ü"]}';
  const now = Date.now();
  expect(isOurs(signatureOf(SECRET, now, body), body, SECRET)).toBe(true);
  expect(isOurs(signatureOf(SECRET, now, body), `${body} `, SECRET)).toBe(false);
  expect(isOurs(signatureOf(SECRET, now, body), body, `${SECRET}2`)).toBe(false);
  expect(isOurs(signatureOf(SECRET, now - 400_000, body), body, SECRET)).toBe(false);
  expect(isOurs('', body, SECRET)).toBe(false);
  expect(isOurs(`t=1,v1=${'0'.repeat(63)}`, body, SECRET)).toBe(false);
});

it.each([
  [{ url: 'https://x/', urlFile: 'url' }, /^alerts, rule 1: webhook\.urlFile and url say the same thing/],
  [{ secretFile: 5 }, 'alerts, rule 1: webhook.secretFile must be a path'],
  [{ secretFile: 'nowhere' }, /^alerts, rule 1: webhook\.secretFile names .*nowhere, which does not exist$/],
])('refuses the files %j in a sentence', (webhook, sentence) => {
  const read = (): unknown => readAlertFiles([{ name: 'a', webhook }], '/tmp', 'alerts');
  expect(read).toThrow(SettingsError);
  expect(read).toThrow(sentence);
});

it.each([[undefined], ['text'], [{}], [[null, 5, { webhook: null }]]])(
  'leaves %j to the check of rules',
  (alerts) => {
    expect(readAlertFiles(alerts, '/tmp', 'alerts')).toEqual(alerts);
  },
);
