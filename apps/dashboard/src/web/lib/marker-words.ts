import type { Marker } from '@cb/protocol';
import { elapsed } from './format.ts';

/** What a marker is called: "deploy payments 4812". */
export function markerLabel({ kind, text, version }: Marker): string {
  const named = version === undefined || text.includes(version) ? text : `${text} ${version}`;
  return kind === 'deploy' && !/^deploy/i.test(named) ? `deploy ${named}` : named;
}

/** "41 s after deploy payments 4812" */
export function afterDeploy(deploy: Marker, t: number): string {
  const ms = t - deploy.t;
  const time = ms < 60_000 ? `${Math.round(ms / 1000)} s` : elapsed(ms);
  return `${time} after ${markerLabel(deploy)}`;
}
