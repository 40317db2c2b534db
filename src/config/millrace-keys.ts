/** Keys that only Millrace has: the gRPC admin API and the supervision of plugin processes. */
import type { ConfigKeySpec } from './config-key.ts';
import { adminListenerList } from './rest-rules.ts';
import { pluginAddress } from './plugin-attach.ts';
import { atLeast, oneOf, orNull } from './validators.ts';

/** What restarts a task by itself, least to most. */
export const taskRestartPolicies = ['never', 'crash', 'transient'] as const;

/** One of {@link taskRestartPolicies}. */
export type TaskRestartPolicy = (typeof taskRestartPolicies)[number];

/** Who shares a plugin process, least to most. */
export const pluginIsolations = ['task', 'connector', 'plugin'] as const;

/** One of {@link pluginIsolations}. */
export type PluginIsolation = (typeof pluginIsolations)[number];

const pluginIsolationDoc =
  '`task` gives every task and every connector instance a process of its own; `connector` one process to a connector and its tasks on a worker; `plugin` one process to all connectors and tasks of a plugin on a worker. A process takes as many tasks as its plugin says, then another is started; its death is the death of all in it.';

const taskRestartPolicyDoc =
  '`crash` replaces a plugin process that died, with backoff and from the last committed offsets; `transient` also restarts a task whose plugin reported a failure that it calls TRANSIENT or RATE_LIMITED; `never` leaves the task FAILED in both cases.';

/** Worker keys that Kafka Connect does not have. */
export const millraceWorkerKeys: readonly ConfigKeySpec[] = [
  {
    name: 'grpc.listeners',
    type: 'LIST',
    default: 'http://127.0.0.1:9083',
    validator: adminListenerList(),
    importance: 'MEDIUM',
    documentation:
      'Addresses that the gRPC admin API listens on, as `http://host:port`; no host means all interfaces, and an empty list turns the API off.',
  },
  {
    name: 'grpc.advertised.address',
    type: 'STRING',
    default: null,
    importance: 'LOW',
    documentation:
      'Address of the gRPC admin API that other workers use, as `host:port`. Not set means the first of `grpc.listeners`, under the advertised host where it listens on all interfaces; or 1000 ports above `rest.advertised.port` where that is set.',
  },
  {
    name: 'plugin.isolation',
    type: 'STRING',
    default: 'task',
    validator: oneOf(...pluginIsolations),
    importance: 'MEDIUM',
    documentation: `What shares a plugin process, for connectors that say nothing: ${pluginIsolationDoc}`,
  },
  {
    name: 'plugin.warm.processes',
    type: 'INT',
    default: 1,
    validator: atLeast(0),
    importance: 'LOW',
    documentation:
      'Plugin processes that each worker which is going to run tasks of a connector starts ahead while that is created or changed, at most; one that no task takes within 30 s is stopped. Only where tasks do not share processes.',
  },
  {
    name: 'plugin.start.timeout.ms',
    type: 'LONG',
    default: 10_000,
    validator: atLeast(1),
    importance: 'MEDIUM',
    documentation: 'Time from the launch of a plugin process until its handshake must be answered, in milliseconds.',
  },
  {
    name: 'plugin.heartbeat.ms',
    type: 'LONG',
    default: 3000,
    validator: atLeast(1),
    importance: 'LOW',
    documentation: 'Time between two heartbeats that a plugin is asked to send, in milliseconds.',
  },
  {
    name: 'plugin.dead.after.ms',
    type: 'LONG',
    default: 15_000,
    validator: atLeast(1),
    importance: 'MEDIUM',
    documentation:
      'Silence after which a plugin process counts as dead and is killed, in milliseconds; at least twice `plugin.heartbeat.ms`.',
  },
  {
    name: 'plugin.stop.timeout.ms',
    type: 'LONG',
    default: 5000,
    validator: atLeast(0),
    importance: 'LOW',
    documentation:
      'Time that a plugin process gets on each rung of its stop below the polite one, in milliseconds: after its stream is cancelled, and after SIGTERM; then comes SIGKILL.',
  },
  {
    name: 'plugin.restart.max.attempts',
    type: 'INT',
    default: 10,
    validator: atLeast(0),
    importance: 'MEDIUM',
    documentation: 'Number of times in a row that a plugin process that died is replaced before its task is FAILED.',
  },
  {
    name: 'plugin.restart.backoff.ms',
    type: 'LONG',
    default: 1000,
    validator: atLeast(0),
    importance: 'LOW',
    documentation:
      'Delay before the first replacement of a plugin process that died, in milliseconds; it doubles with each further one.',
  },
  {
    name: 'plugin.restart.backoff.max.ms',
    type: 'LONG',
    default: 60_000,
    validator: atLeast(0),
    importance: 'LOW',
    documentation: 'Longest delay before the replacement of a plugin process, in milliseconds.',
  },
  {
    name: 'plugin.restart.reset.ms',
    type: 'LONG',
    default: 120_000,
    validator: atLeast(0),
    importance: 'LOW',
    documentation:
      'Time after which a plugin process that lived on counts as healthy, so that the count of attempts starts anew, in milliseconds.',
  },
  {
    name: 'task.restart.policy',
    type: 'STRING',
    default: 'crash',
    validator: oneOf(...taskRestartPolicies),
    importance: 'MEDIUM',
    documentation: `What restarts a task by itself, for connectors that say nothing: ${taskRestartPolicyDoc}`,
  },
];

/** Connector keys that Kafka Connect does not have. */
export const millraceConnectorKeys: readonly ConfigKeySpec[] = [
  {
    name: 'task.restart.policy',
    type: 'STRING',
    default: null,
    validator: orNull(oneOf(...taskRestartPolicies)),
    importance: 'LOW',
    group: 'Millrace',
    orderInGroup: 1,
    width: 'SHORT',
    displayName: 'Task restart policy',
    documentation: `What restarts a task by itself; the worker's when not set. ${taskRestartPolicyDoc}`,
  },
  {
    name: 'plugin.isolation',
    type: 'STRING',
    default: null,
    validator: orNull(oneOf(...pluginIsolations)),
    importance: 'LOW',
    group: 'Millrace',
    orderInGroup: 2,
    width: 'SHORT',
    displayName: 'Plugin isolation',
    documentation: `What shares a plugin process; the worker's when not set. ${pluginIsolationDoc}`,
  },
  {
    name: 'plugin.attach',
    type: 'STRING',
    default: null,
    validator: orNull(pluginAddress()),
    importance: 'LOW',
    group: 'Millrace',
    orderInGroup: 3,
    width: 'LONG',
    displayName: 'Plugin to attach to',
    documentation:
      'Address of a running plugin that connector and tasks use instead of processes of their own: `unix:/absolute/path` or `tcp:host:port`, from every worker that runs them. The plugin must be installed here too, in the same version. The worker never ends it.',
  },
  {
    name: 'plugin.attach.token',
    type: 'PASSWORD',
    default: null,
    importance: 'LOW',
    group: 'Millrace',
    orderInGroup: 4,
    width: 'MEDIUM',
    displayName: 'Token of the plugin to attach to',
    documentation: 'Bearer token that the plugin of `plugin.attach` asks for: its `MILLRACE_PLUGIN_TOKEN`.',
  },
];
