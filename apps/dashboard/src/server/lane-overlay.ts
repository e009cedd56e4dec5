import type { Overlay, Registration, StateChange } from '@cb/protocol';
import type { FleetLane } from './row.ts';

/** What is kept of an overlay beside state and mode. */
export type LaneOverlay = Omit<Overlay, 'state' | 'mode' | 'control'>;

/** As far as a mode may end by itself. */
const WEEK_MS = 7 * 86_400_000;

/** A registration says what is so now. One of an older reporter does not say who: then it is who it was. */
export function overlayOfRegistration(
  { overlay, mode, instance }: FleetLane,
  registration: Registration,
  now: number,
): LaneOverlay {
  const { version, modeUntil, modeBy, modeNote } = registration;
  const next: LaneOverlay = {};
  if (version !== undefined) next.version = version;
  if (registration.mode === 'auto') return next;
  const before = registration.mode === mode ? overlay : {};
  if (modeUntil !== undefined) next.modeUntil = instance.clock.future(modeUntil, now, now, WEEK_MS);
  return { ...next, ...signed(modeBy ?? before.modeBy, modeNote ?? before.modeNote) };
}

/** Whether the change is one of the mode, or says a newer version. */
export function overlayChanges({ overlay, mode }: FleetLane, change: StateChange): boolean {
  return (
    change.why.rule === 'mode' || change.mode !== mode || versionAfter(overlay, change) !== overlay.version
  );
}

/** A registration overtakes the changes that wait to be confirmed: one of them may say an older version. */
function versionAfter({ version: known }: LaneOverlay, { version: said }: StateChange): number | undefined {
  return known !== undefined && said !== undefined ? Math.max(known, said) : (said ?? known);
}

export function overlayOfChange(
  { overlay, mode, instance }: FleetLane,
  change: StateChange,
  now: number,
): LaneOverlay {
  const { modeUntil } = change;
  const version = versionAfter(overlay, change);
  const next: LaneOverlay = {};
  if (version !== undefined) next.version = version;
  if (change.mode === 'auto') return next;
  const laid = change.why.rule === 'mode' || change.mode !== mode;
  if (modeUntil !== undefined) next.modeUntil = instance.clock.future(modeUntil, now, now, WEEK_MS);
  return { ...next, ...(laid ? signed(change.by, change.note) : signed(overlay.modeBy, overlay.modeNote)) };
}

function signed(modeBy: string | undefined, modeNote: string | undefined): LaneOverlay {
  return { ...(modeBy === undefined ? {} : { modeBy }), ...(modeNote === undefined ? {} : { modeNote }) };
}
