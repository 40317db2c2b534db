/** What both modes of a worker are made of. */
import type { Clock } from '../async/clock.ts';
import { workerClientConfig } from '../config/client-configs.ts';
import type { ConfigMap, ParsedConfig } from '../config/parsed-config.ts';
import type { LeaveOptions } from '../group/worker-group.ts';
import { ConnectorValidation } from '../herder/connector-validation.ts';
import { createTopicAdmin } from '../kafka/kafka-topic-admin.ts';
import type { TopicAdmin } from '../kafka/topic-admin.ts';
import type { WriteFence } from '../kafka/write-fence.ts';
import type { Logger } from '../logging/logger.ts';
import type { Loggers } from '../logging/loggers.ts';
import { MetricRegistry } from '../metrics/metric-registry.ts';
import { AttachedPlugins } from '../plugin-host/attached-plugins.ts';
import { ConnectorDescriptionCache } from '../plugin-host/connector-description-cache.ts';
import { PluginLauncher } from '../plugin-host/launch.ts';
import { PluginCatalog } from '../plugin-host/plugin-catalog.ts';
import { toIsolation } from '../plugin-host/plugin-lease.ts';
import { ProcessPool } from '../plugin-host/process-pool.ts';
import { toRestartMode, type RestartPolicy } from '../plugin-host/restart-policy.ts';
import type { OffsetStore } from '../storage/offset-store.ts';
import type { StatusStore } from '../storage/status-store.ts';
import type { CreateTopic } from '../wire/data-messages.ts';
import { ControlProcesses } from '../worker/control-processes.ts';
import { PluginLeases } from '../worker/plugin-leases.ts';
import { KafkaTaskFactory } from '../worker/task-factory.ts';
import type { PluginLog } from '../worker/plugin-log.ts';
import type { TaskSettings } from '../worker/task-settings.ts';
import { Worker } from '../worker/worker.ts';
import { createOperations, type Operations } from './operations.ts';

/** A worker that runs. */
export interface RunningWorker {
  /** Stops tasks, then connectors, then the rest; offsets are written. `willReturn` as {@link LeaveOptions} says. Idempotent. */
  close(options?: LeaveOptions): Promise<void>;
  /** Resolves when the worker can do no more by itself, with the reason; never for one that always can. */
  readonly failed: Promise<Error>;
}

/** What is to be stopped, in the order of its start. */
export type Stops = (() => Promise<void> | void)[];

/** What everything is made from. */
export interface WorkerParts {
  /** `host:port` under which others know the worker. */
  readonly workerId: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Of the process; each part of the worker has its own. */
  readonly loggers: Loggers;
  readonly config: ParsedConfig;
  readonly version: string;
  readonly resolve: (config: ConfigMap) => Promise<ConfigMap>;
}

/** How long a plugin process for descriptions and validation is kept for the next use. */
const controlIdleMs = 30_000;

/** How long a shared plugin process that nobody uses is kept: its tasks may be only between two configurations. */
const sharedLingerMs = 5000;

/** How long a plugin may take to answer a question about its connectors. */
const pluginCallTimeoutMs = 60_000;

/** Makes the data plane; what it starts is added to `stops`. */
export function createWorker(
  parts: WorkerParts,
  {
    offsets,
    statuses,
    stops,
    topics = openTopicAdmin(parts, stops),
    fence,
  }: {
    readonly offsets: OffsetStore;
    readonly statuses: StatusStore;
    readonly stops: Stops;
    readonly topics?: TopicAdmin;
    /** Keeps tasks from writing when others may have them. */
    readonly fence?: WriteFence;
  },
): {
  readonly topics: TopicAdmin;
  readonly worker: Worker;
  readonly validation: ConnectorValidation;
} & Operations {
  const { workerId, clock, loggers, config, version, resolve } = parts;
  const log = loggers.get('millrace.worker');
  const settings = readTaskSettings(config);
  const leases = createLeases(parts, stops);
  const tasks = new KafkaTaskFactory({
    leases,
    offsets,
    activeTopics: config.boolean('topic.tracking.enable') ? statuses : null,
    workerConfig: config,
    createTopic: request => createTopic(topics, request),
    fence,
    pluginLogOf: plugin => pluginLogOf(loggers, plugin),
    settings,
    clock,
    log,
  });
  const worker = new Worker({
    workerId,
    catalog: PluginCatalog.scan(config.list('plugin.path'), log),
    descriptions: new ConnectorDescriptionCache(),
    leases,
    tasks,
    resolve,
    settings,
    policy: readRestartPolicy(config),
    metrics: new MetricRegistry(),
    clock,
    log,
  });
  const overridePolicy = config.string('connector.client.config.override.policy');
  const validation = new ConnectorValidation({ worker, version, overridePolicy, resolve, nowMs: () => clock.nowMs() });
  return { topics, worker, validation, ...createOperations(parts, { worker, offsets, statuses }) };
}

/** Makes what gives plugins to connectors and tasks. */
function createLeases({ clock, loggers, config, version }: WorkerParts, stops: Stops): PluginLeases {
  const log = loggers.get('millrace.plugin-host');
  const logOf = (plugin: string): Logger => loggers.get(pluginLogger(plugin));
  const stopMs = config.long('plugin.stop.timeout.ms');
  const stopDeadlines = { shutdownMs: stopMs, terminateMs: stopMs };
  const startTimeoutMs = config.long('plugin.start.timeout.ms');
  const launcher = new PluginLauncher({ clock, log, logOf, worker: `millrace ${version}`, stopDeadlines });
  stops.push(() => launcher.close());
  const control = new ControlProcesses({ launcher, startTimeoutMs, idleMs: controlIdleMs, clock, log });
  stops.push(() => control.close());
  const pool = new ProcessPool({
    launcher,
    take: (manifest, options) => control.take(manifest, options),
    startTimeoutMs,
    lingerMs: sharedLingerMs,
    clock,
  });
  stops.push(() => pool.close());
  return new PluginLeases({
    pool,
    attached: new AttachedPlugins({ launcher, timeoutMs: startTimeoutMs }),
    control,
    isolation: toIsolation(config.string('plugin.isolation')) ?? 'task',
  });
}

/** Name of the logger that says how much a plugin logs. */
function pluginLogger(plugin: string): string {
  return `millrace.plugins.${plugin}`;
}

function pluginLogOf(loggers: Loggers, plugin: string): PluginLog {
  const logger = loggers.get(pluginLogger(plugin));
  return {
    get level() {
      return logger.level;
    },
    onChange: listener => loggers.onChange(listener),
  };
}

/** The worker's own admin client. */
export function openTopicAdmin({ config, clock, loggers }: WorkerParts, stops: Stops): TopicAdmin {
  const log = loggers.get('millrace.kafka');
  const topics = createTopicAdmin({ config: workerClientConfig(config), clock, log });
  stops.push(() => topics.close());
  return topics;
}

async function createTopic(topics: TopicAdmin, request: CreateTopic): Promise<void> {
  await topics.createTopics([
    {
      name: request.topic,
      partitions: request.partitions === 0 ? -1 : request.partitions,
      replicationFactor: request.replicationFactor === 0 ? -1 : request.replicationFactor,
      settings: request.configs,
    },
  ]);
}

function readTaskSettings(config: ParsedConfig): TaskSettings {
  return {
    offsetFlushIntervalMs: config.long('offset.flush.interval.ms'),
    offsetFlushTimeoutMs: config.long('offset.flush.timeout.ms'),
    shutdownTimeoutMs: config.long('task.shutdown.graceful.timeout.ms'),
    pluginStartTimeoutMs: config.long('plugin.start.timeout.ms'),
    warmProcesses: config.int('plugin.warm.processes'),
    pluginCallTimeoutMs,
    heartbeatMs: config.long('plugin.heartbeat.ms'),
    deadAfterMs: config.long('plugin.dead.after.ms'),
  };
}

function readRestartPolicy(config: ParsedConfig): RestartPolicy {
  const maxMs = config.long('plugin.restart.backoff.max.ms');
  const backoff = { initialMs: config.long('plugin.restart.backoff.ms'), maxMs };
  return {
    mode: toRestartMode(config.string('task.restart.policy')) ?? 'crash',
    attemptsMax: config.int('plugin.restart.max.attempts'),
    deathBackoff: backoff,
    failureBackoff: backoff,
    healthyAfterMs: config.long('plugin.restart.reset.ms'),
  };
}
