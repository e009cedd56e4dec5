import type { Given } from './given.ts';
import { didYouMean } from './likely.ts';
import { envOf, type Setting } from './setting.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment gives. A variable that is empty counts as not set: that is how compose files say "nothing". */
export function readEnvironment(env: Environment, settings: readonly Setting[]): Given[] {
  return settings.flatMap((setting): Given[] => {
    if (setting.flag === undefined) return [];
    const name = envOf(setting.flag);
    const text = env[name];
    if (text === undefined || text === '') return [];
    const value = setting.kind === 'list' ? text.split(',').flatMap((each) => each.trim() || []) : text;
    return [{ setting, value, from: 'environment', name, folder: process.cwd() }];
  });
}

/** Kubernetes sets these for a Service named cb-dashboard. */
const SERVICE_LINK = /^CB_DASHBOARD_(SERVICE_|PORT_\d)/;

/** Variables that look like ours and are not: most likely a slip, which would else go unnoticed. */
export function strayVariables(env: Environment, settings: readonly Setting[]): string[] {
  const known = settings.flatMap(({ flag }) => (flag ? envOf(flag) : []));
  return Object.keys(env)
    .filter((name) => name.startsWith('CB_DASHBOARD_') && !known.includes(name) && !SERVICE_LINK.test(name))
    .slice(0, 10)
    .map((name) => `${name} is no setting and has no effect${didYouMean(name, known)}`);
}
