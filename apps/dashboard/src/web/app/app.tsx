import { useState } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { AlertsPage } from '../features/alerts/alerts-page.tsx';
import { AuditPage } from '../features/audit/audit-page.tsx';
import { BreakerPage } from '../features/breaker/breaker-page.tsx';
import { ControlDialogs } from '../features/control/control-dialogs.tsx';
import { FleetPage } from '../features/fleet/fleet-page.tsx';
import { PoliciesPage } from '../features/policies/policies-page.tsx';
import { ALERTS_PATH, AUDIT_PATH, POLICIES_PATH, readBreakerPath } from '../lib/paths.ts';
import { useConnectionState } from '../live/hooks.ts';
import { ConnectionBanner } from './connection-banner.tsx';
import { HelpDialog } from './help-dialog.tsx';
import { TokenForm } from './token-form.tsx';
import { TopBar } from './top-bar.tsx';
import { useShortcuts } from './use-shortcuts.ts';
import { useTitle } from './use-title.ts';

export function App() {
  const state = useConnectionState();
  const [help, setHelp] = useState(false);
  useTitle();
  useShortcuts(() => setHelp((shown) => !shown));
  return (
    <>
      <TopBar onHelp={() => setHelp(true)} />
      <ConnectionBanner />
      {state === 'unauthorized' ? (
        <TokenForm />
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
      {help && <HelpDialog onClose={() => setHelp(false)} />}
    </>
  );
}

function BreakerRoute() {
  useLocation();
  const path = readBreakerPath();
  return path ? <BreakerPage {...path} /> : <FleetPage />;
}
