import { useEffect } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { AlertsPage } from '../features/alerts/alerts-page.tsx';
import { AuditPage } from '../features/audit/audit-page.tsx';
import { BreakerPage } from '../features/breaker/breaker-page.tsx';
import { ControlDialogs } from '../features/control/control-dialogs.tsx';
import { FleetPage } from '../features/fleet/fleet-page.tsx';
import { PoliciesPage } from '../features/policies/policies-page.tsx';
import { ReplayBar } from '../features/replay/replay-bar.tsx';
import { answer } from '../lib/announce.ts';
import { ALERTS_PATH, AUDIT_PATH, POLICIES_PATH, readBreakerPath } from '../lib/paths.ts';
import { useConnectionState } from '../live/hooks.ts';
import './commands.ts';
import { Announcer } from './announcer.tsx';
import { ConnectionBanner } from './connection-banner.tsx';
import { HelpDialog } from './help-dialog.tsx';
import { hideOverlay, showOverlay, useOverlay } from './overlay.ts';
import { PastFrame } from './past-frame.tsx';
import { PrintHeader } from './print-header.tsx';
import { RangeDialog } from './range-dialog.tsx';
import { RetentionBanner } from './retention-banner.tsx';
import { SkipLink } from './skip-link.tsx';
import { TokenForm } from './token-form.tsx';
import { TopBar } from './top-bar.tsx';
import { useLoaded } from './use-loaded.ts';
import { useRouteFocus } from './use-route-focus.ts';
import { useShortcuts } from './use-shortcuts.ts';
import { useThemeColour } from './use-theme-colour.ts';
import { useTitle } from './use-title.ts';
import { toggleWall, useWall } from './wall.ts';

/** These, and the library behind the palette, come when they are first asked for. */
const loadPalette = () => import('./palette/command-palette.tsx');
const loadWall = () => import('../features/wall/wall-page.tsx');
const PREFETCH_MS = 3_000;
const closeHelp = () => hideOverlay('help');
const closeRange = () => hideOverlay('range');
const closePalette = () => hideOverlay('palette');

function sayNotLoaded(): void {
  closePalette();
  answer('That could not be loaded: the server is away.');
}

export function App() {
  const state = useConnectionState();
  const overlay = useOverlay();
  // Once there is time for it: who asks for the palette should not wait.
  useEffect(() => {
    const timer = setTimeout(() => void loadPalette().catch(() => {}), PREFETCH_MS);
    return () => clearTimeout(timer);
  }, []);
  useTitle();
  useThemeColour();
  useShortcuts();
  useRouteFocus();
  const wall = useWall() && state !== 'unauthorized';
  const CommandPalette = useLoaded(loadPalette, overlay === 'palette', sayNotLoaded);
  const WallPage = useLoaded(loadWall, wall, sayNotLoaded);
  return (
    <>
      {!wall && <SkipLink />}
      <PrintHeader />
      {!wall && <TopBar onHelp={() => showOverlay('help')} />}
      <ConnectionBanner />
      <RetentionBanner />
      <ReplayBar />
      <PastFrame />
      {state === 'unauthorized' ? (
        <TokenForm />
      ) : wall ? (
        WallPage && <WallPage onLeave={toggleWall} />
      ) : (
        <Switch>
          <Route path="/b/:service/:name">
            <BreakerRoute />
          </Route>
          <Route path={POLICIES_PATH}>
            <PoliciesPage />
          </Route>
          <Route path={ALERTS_PATH}>
            <AlertsPage />
          </Route>
          <Route path={AUDIT_PATH}>
            <AuditPage />
          </Route>
          <Route>
            <FleetPage />
          </Route>
        </Switch>
      )}
      <ControlDialogs />
      {overlay === 'help' && <HelpDialog onClose={closeHelp} />}
      {overlay === 'range' && <RangeDialog onClose={closeRange} />}
      {CommandPalette && <CommandPalette onClose={closePalette} />}
      <Announcer />
    </>
  );
}

function BreakerRoute() {
  useLocation();
  const path = readBreakerPath();
  return path ? <BreakerPage {...path} /> : <FleetPage />;
}
