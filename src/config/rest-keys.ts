/** Keys of the REST API, under the names, types, defaults and rules of Kafka Connect 4.1. */
import type { ConfigKeySpec } from './config-key.ts';
import { adminListenerList, headerRules, listenerList } from './rest-rules.ts';
import { oneOf } from './validators.ts';

/** Keys of the REST API. */
export const restKeys: readonly ConfigKeySpec[] = [
  {
    name: 'listeners',
    type: 'LIST',
    default: 'http://:8083',
    validator: listenerList(),
    importance: 'LOW',
    documentation:
      'Addresses that the REST API listens on, as `http://host:port` or `https://host:port`; no host means all interfaces.',
  },
  {
    name: 'rest.advertised.host.name',
    type: 'STRING',
    default: null,
    importance: 'LOW',
    documentation: "Host name under which other workers reach this one; the listener's when not set.",
  },
  {
    name: 'rest.advertised.port',
    type: 'INT',
    default: null,
    importance: 'LOW',
    documentation: "Port under which other workers reach this one; the listener's when not set.",
  },
  {
    name: 'rest.advertised.listener',
    type: 'STRING',
    default: null,
    importance: 'LOW',
    documentation: 'Kind of listener that other workers use: `http` or `https`.',
  },
  {
    name: 'access.control.allow.origin',
    type: 'STRING',
    default: '',
    importance: 'LOW',
    documentation: 'Value of the `Access-Control-Allow-Origin` header of REST answers; no header when empty.',
  },
  {
    name: 'access.control.allow.methods',
    type: 'STRING',
    default: '',
    importance: 'LOW',
    documentation: 'Value of the `Access-Control-Allow-Methods` header of REST answers.',
  },
  {
    name: 'response.http.headers.config',
    type: 'STRING',
    default: '',
    validator: headerRules(),
    importance: 'LOW',
    documentation:
      'Headers of REST answers, as comma-separated rules `action name:value` with action `set`, `add`, `setDate` or `addDate`.',
  },
  {
    name: 'ssl.client.auth',
    type: 'STRING',
    default: 'none',
    validator: oneOf('required', 'requested', 'none'),
    importance: 'LOW',
    documentation: 'Whether HTTPS listeners ask clients for a certificate.',
  },
  {
    name: 'rest.extension.classes',
    type: 'LIST',
    default: '',
    importance: 'LOW',
    documentation: 'REST extensions, in the order in which they are called.',
  },
  {
    name: 'admin.listeners',
    type: 'LIST',
    default: null,
    validator: adminListenerList(),
    importance: 'LOW',
    documentation:
      "Addresses of the REST API's own admin endpoints (Kafka Connect's meaning; Millrace's gRPC admin API has `grpc.listeners`). Not set means on `listeners`; empty means nowhere.",
  },
];
