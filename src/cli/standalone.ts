/** Composition root of standalone mode: everything is constructed here, started in one order and stopped in its reverse. */
import { hostname } from 'node:os';
import { AdminServer } from '../admin/admin-server.ts';
import { SystemClock, type Clock } from '../async/clock.ts';
import { workerClientConfig } from '../config/client-configs.ts';
import { ConfigProviders } from '../config/config-providers.ts';
import { readConnectorFile } from '../config/connector-file.ts';
import type { ConfigMap, ParsedConfig } from '../config/parsed-config.ts';
import { readPropertiesFile } from '../config/properties-file.ts';
import { findIgnoredWorkerSettings, parseStandaloneConfig } from '../config/worker-config.ts';
import { messageOf } from '../errors/connect-error.ts';
import { ConnectorValidation } from '../herder/connector-validation.ts';
import { StandaloneHerder } from '../herder/standalone-herder.ts';
import { createTopicAdmin } from '../kafka/kafka-topic-admin.ts';
import type { TopicAdmin } from '../kafka/topic-admin.ts';
import { createLogger, type Logger, type LogLevel } from '../logging/logger.ts';
import { ConnectorDescriptionCache } from '../plugin-host/connector-description-cache.ts';
import { PluginLauncher } from '../plugin-host/launch.ts';
import { PluginCatalog } from '../plugin-host/plugin-catalog.ts';
import { toRestartMode, type RestartPolicy } from '../plugin-host/restart-policy.ts';
import { FileOffsetStore } from '../storage/file-offset-store.ts';
import { MemoryConfigStore } from '../storage/memory-config-store.ts';
import { MemoryStatusStore } from '../storage/memory-status-store.ts';
import { ControlProcesses } from '../worker/control-processes.ts';
import { createTaskConverters } from '../worker/task-converters.ts';
import { KafkaTaskFactory } from '../worker/task-factory.ts';
import type { TaskSettings } from '../worker/task-settings.ts';
import type { CreateTopic } from '../wire/data-messages.ts';
import { Worker } from '../worker/worker.ts';
import { readVersion } from './version.ts';

/** What to run. */
export interface StandaloneOptions {
  readonly workerFile: string;
  readonly connectorFiles: readonly string[];
  readonly logLevel: LogLevel;
  /** Ends waits of the start. */
  readonly signal: AbortSignal;
}

/** A standalone worker that runs. */
export interface RunningWorker {
  /** Stops tasks, then connectors, then the rest; offsets are written. Idempotent. */
  close(): Promise<void>;
}

/** How long a plugin process for descriptions and validation is kept for the next use. */
const controlIdleMs = 30_000;

/** Kafka Connect's. */
const defaultRestPort = 8083;

/** How long a plugin may take to answer a question about its connectors. */
const pluginCallTimeoutMs = 60_000;

/**
 * Starts a worker with the given files and creates their connectors.
 *
 * @throws {ConnectError} what is wrong with a file, the offsets file, a listener or a connector; nothing runs then.
 */
export async function runStandalone(options: StandaloneOptions): Promise<RunningWorker> {
  const clock = new SystemClock();
  const version = readVersion();
  const log = createLogger({ name: 'millrace', level: options.logLevel });
  const written = await readPropertiesFile(options.workerFile);
  const providers = await ConfigProviders.create(written, { env: process.env, log });
  const config = parseStandaloneConfig(await providers.resolveWorkerConfig(written));
  // Converters that cannot be had are told of at the start, not by each task that needs them.
  createTaskConverters(config.originals, new Map());
  for (const ignored of findIgnoredWorkerSettings(config)) log.warn(ignored, 'A setting has no effect');

  const stops: (() => Promise<void> | void)[] = [];
  const close = async (): Promise<void> => {
    for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) await stop();
  };
  try {
    const parts = { clock, log, config, version, resolve: (map: ConfigMap) => providers.resolve(map) };
    const herder = await startHerder(parts, stops);
    const admin = new AdminServer({ herder, clock, log, addresses: config.list('grpc.listeners') });
    await admin.start();
    stops.push(() => admin.close());
    await createConnectors(herder, options);
    herder.markReady();
    log.info({ workerId: workerIdOf(config), version }, 'Worker is ready');
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}

interface Parts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly config: ParsedConfig;
  readonly version: string;
  readonly resolve: (config: ConfigMap) => Promise<ConfigMap>;
}

async function startHerder(parts: Parts, stops: (() => Promise<void> | void)[]): Promise<StandaloneHerder> {
  const { clock, log, config, version, resolve } = parts;
  const offsets = new FileOffsetStore({ path: config.string('offset.storage.file.filename'), clock, log });
  await offsets.load();
  stops.push(() => offsets.close());

  const settings = readTaskSettings(config);
  const stopMs = config.long('plugin.stop.timeout.ms');
  const stopDeadlines = { shutdownMs: stopMs, terminateMs: stopMs };
  const launcher = new PluginLauncher({ clock, log, worker: `millrace ${version}`, stopDeadlines });
  stops.push(() => launcher.close());
  const startTimeoutMs = settings.pluginStartTimeoutMs;
  const control = new ControlProcesses({ launcher, startTimeoutMs, idleMs: controlIdleMs, clock, log });
  stops.push(() => control.close());

  const topics = createTopicAdmin({ config: workerClientConfig(config), clock, log });
  stops.push(() => topics.close());
  const clusterId = watchClusterId(topics, log);
  const tasks = new KafkaTaskFactory({
    launcher,
    offsets,
    workerConfig: config,
    createTopic: request => createTopic(topics, request),
    settings,
    clock,
    log,
  });
  const catalog = PluginCatalog.scan(config.list('plugin.path'), log);
  const worker = new Worker({
    workerId: workerIdOf(config),
    catalog,
    descriptions: new ConnectorDescriptionCache(),
    control,
    tasks,
    resolve,
    settings,
    policy: readRestartPolicy(config),
    clock,
    log,
  });
  const herder = new StandaloneHerder({
    worker,
    configs: new MemoryConfigStore(),
    statuses: new MemoryStatusStore(),
    validation: new ConnectorValidation({
      worker,
      version,
      overridePolicy: config.string('connector.client.config.override.policy'),
      resolve,
    }),
    version,
    kafkaClusterId: clusterId,
    clock,
    log,
  });
  stops.push(() => herder.close());
  return herder;
}

/** As `connect-standalone`: a connector that cannot be created ends the worker. */
async function createConnectors(herder: StandaloneHerder, options: StandaloneOptions): Promise<void> {
  for (const path of options.connectorFiles) {
    const { name, config, initialState } = await readConnectorFile(path);
    const target = initialState === 'RUNNING' ? 'STARTED' : initialState;
    await herder.createConnector({ name, config, initialState: target }, options.signal);
  }
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

/** The cluster's id, empty until a broker told it; a worker starts without one. */
function watchClusterId(topics: TopicAdmin, log: Logger): () => string {
  let known = '';
  topics.clusterId().then(
    id => (known = id ?? ''),
    (error: unknown) => log.warn({ cause: messageOf(error) }, 'No broker could be reached yet; tasks will keep trying'),
  );
  return () => known;
}

function readTaskSettings(config: ParsedConfig): TaskSettings {
  return {
    offsetFlushIntervalMs: config.long('offset.flush.interval.ms'),
    offsetFlushTimeoutMs: config.long('offset.flush.timeout.ms'),
    shutdownTimeoutMs: config.long('task.shutdown.graceful.timeout.ms'),
    pluginStartTimeoutMs: config.long('plugin.start.timeout.ms'),
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

/** `host:port` of the REST API, by which Kafka Connect names workers. */
function workerIdOf(config: ParsedConfig): string {
  const [, listenerPort] = /:([0-9]+)\/?$/.exec(config.list('listeners')[0] ?? '') ?? [];
  const port = config.intOrNull('rest.advertised.port') ?? listenerPort ?? defaultRestPort;
  return `${config.stringOrNull('rest.advertised.host.name') ?? hostname()}:${port}`;
}
