import { alertNames, readAlertFiles } from '../alerts/alert-files.ts';
import type { Setting } from './setting.ts';

/** Everything that can be set, in the order in which help and documents tell it. */
export const SETTINGS: readonly Setting[] = [
  {
    key: 'port',
    kind: 'number',
    flag: 'port',
    value: 'N',
    default: '4600',
    help: 'port to listen on; 0 takes a free one',
    slip: (given) =>
      /^(tcp|udp):/.test(given)
        ? 'Kubernetes sets this variable for a Service named cb-dashboard: say enableServiceLinks: false, or use --port'
        : undefined,
  },
  {
    key: 'host',
    kind: 'text',
    flag: 'host',
    value: 'ADDRESS',
    default: '127.0.0.1',
    help: 'address to listen on; any that others reach asks for both tokens',
  },
  {
    key: 'ingestToken',
    kind: 'secret',
    flag: 'ingest-token',
    value: 'T',
    help: 'secret that services send, 8 to 256 characters',
  },
  {
    key: 'ingestTokens',
    kind: 'data',
    help: 'secrets by service, each good for that service only',
    shown: (value) => `${Object.keys(Object(value)).length} services (not shown)`,
  },
  {
    key: 'viewToken',
    kind: 'secret',
    flag: 'view-token',
    value: 'T',
    help: 'secret that browsers send, likewise',
  },
  {
    key: 'controlToken',
    kind: 'secret',
    flag: 'control-token',
    value: 'T',
    help: 'secret of operators, who have the hand on the switch',
  },
  {
    key: 'adminToken',
    kind: 'secret',
    flag: 'admin-token',
    value: 'T',
    help: 'secret of administrators, who may also change settings',
  },
  {
    key: 'allowedOrigins',
    kind: 'list',
    flag: 'allow-origin',
    value: 'URL',
    help: 'origin of another page that may read',
  },
  {
    key: 'allowedHosts',
    kind: 'list',
    flag: 'allow-host',
    value: 'NAME',
    help: 'a further name that the server is reached by',
  },
  {
    key: 'publicUrl',
    kind: 'text',
    flag: 'public-url',
    value: 'URL',
    help: 'where the pages are for people: alerts link there, and its name is allowed',
  },
  {
    key: 'alerts',
    kind: 'data',
    help: 'rules, and the webhooks that hear of them: docs/alerts.md',
    resolve: readAlertFiles,
    shown: alertNames,
  },
  {
    key: 'limits',
    kind: 'data',
    help: 'what is kept, and for how long',
  },
  {
    key: 'auditLog',
    kind: 'switch',
    flag: 'audit-log',
    default: 'on',
    help: 'a line of JSON on stdout for everything that people do',
  },
  {
    key: 'verbose',
    kind: 'switch',
    flag: 'verbose',
    default: 'off',
    help: 'one line per refusal or fault on stderr',
  },
];
