import { mayAct } from '../../lib/roles.ts';
import { useNow } from '../../lib/seconds.ts';
import { useRole } from '../../live/hooks.ts';
import { AlertRow } from './alert-row.tsx';
import { EmptyAlerts } from './empty-alerts.tsx';
import { useAlerts } from './use-alerts.ts';
import './alerts.css';

/** What is watched for, where that is told, and how it went. */
export function AlertsPage() {
  const list = useAlerts();
  const now = Math.max(useNow(), list?.now ?? 0);
  const mayTest = mayAct(useRole(), 'admin');
  return (
    <main className="page" data-page="alerts">
      <h1 className="hidden">Alerts</h1>
      {list === undefined ? (
        <div className="notice" role="status">
          Reading the alerts…
        </div>
      ) : list.alerts.length === 0 ? (
        <EmptyAlerts />
      ) : (
        <table className="panel alert-table" aria-label="Alerts">
          <thead>
            <tr>
              <th scope="col">Alert</th>
              <th scope="col">Now</th>
              <th scope="col">Webhook</th>
              <th scope="col">Last delivery</th>
              {mayTest && (
                <th scope="col">
                  <span className="hidden">Test</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {list.alerts.map((alert) => (
              <AlertRow key={alert.name} alert={alert} now={now} mayTest={mayTest} />
            ))}
          </tbody>
        </table>
      )}
    </main>
  );
}
