import { useState } from 'react';
import { Route, Switch } from 'wouter';
import { BreakerPage } from '../features/breaker/breaker-page.tsx';
import { FleetPage } from '../features/fleet/fleet-page.tsx';
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
            {({ service, name }) => <BreakerPage service={decode(service)} name={decode(name)} />}
          </Route>
          <Route>
            <FleetPage />
          </Route>
        </Switch>
      )}
      {help && <HelpDialog onClose={() => setHelp(false)} />}
    </>
  );
}

/** The router hands on what it could not decode as it came. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
