/**
 * The data plane of one process: the connector instances and tasks that its herder gives it.
 *
 * @see `Worker` in Kafka Connect.
 */
import type { Clock } from '../async/clock.ts';
import { tasksMaxOf } from '../config/tasks-max.ts';
import { nameOfTask, type ConnectorTaskId } from '../data/connector-task-id.ts';
import { ConnectError } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import { ConnectorClient } from '../plugin-host/connector-client.ts';
import type { ConnectorDescriptionCache } from '../plugin-host/connector-description-cache.ts';
import type { PluginCatalog, PluginConnector } from '../plugin-host/plugin-catalog.ts';
import { toRestartMode, type RestartPolicy } from '../plugin-host/restart-policy.ts';
import type { ConnectorConfig } from '../storage/config-store.ts';
import type { OffsetWrite } from '../storage/offset-store.ts';
import type { InstanceStatus, TargetState } from '../storage/states.ts';
import type { TopicPartitionOffset } from '../wire/data-messages.ts';
import type { ConfigValueReport, ConnectorDescription } from '../wire/plugin-messages.ts';
import type { MetricRegistry } from '../metrics/metric-registry.ts';
import { ConnectorRunner, type ConnectorListener, type PreparedConfig } from './connector-runner.ts';
import { toWireOffset } from './host-calls.ts';
import { addressOf, type PluginLeases } from './plugin-leases.ts';
import { TaskErrorMetrics, type TaskErrorCounts } from './errors/task-error-metrics.ts';
import { secretValues } from './secret-values.ts';
import type { StopReason, TaskAttempt } from './task-attempt.ts';
import { TaskRunner } from './task-runner.ts';
import type { TaskSettings } from './task-settings.ts';

/** A task to start. */
export interface TaskSpec {
  readonly id: ConnectorTaskId;
  readonly connector: PluginConnector;
  readonly connectorConfig: PreparedConfig;
  readonly taskConfig: PreparedConfig;
  /** Of all runs of the task. */
  readonly errorMetrics: TaskErrorMetrics;
}

/** Prepares runs of tasks. */
export interface TaskFactory {
  /** The next run of a task. What it shares with earlier runs is kept until {@link release}. */
  makeAttempt(spec: TaskSpec): Promise<TaskAttempt>;
  /** Lets go of what the runs of a task shared. */
  release(id: ConnectorTaskId): Promise<void>;
}

/** What a worker needs. */
export interface WorkerOptions {
  /** `host:port` under which others know this worker. */
  readonly workerId: string;
  readonly catalog: PluginCatalog;
  readonly descriptions: ConnectorDescriptionCache;
  readonly leases: PluginLeases;
  readonly tasks: TaskFactory;
  /** Resolves config provider references. */
  readonly resolve: (config: ConnectorConfig) => Promise<ConnectorConfig>;
  readonly settings: TaskSettings;
  readonly policy: RestartPolicy;
  readonly metrics: MetricRegistry;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Runs connectors and tasks. Calls for one connector must not overlap; the herder's lanes see to that. */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #connectors = new Map<string, ConnectorRunner>();
  readonly #tasks = new Map<string, TaskRunner>();
  readonly #errorMetrics = new Map<string, TaskErrorMetrics>();

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  get workerId(): string {
    return this.#options.workerId;
  }

  /** Every installed connector. */
  get catalog(): PluginCatalog {
    return this.#options.catalog;
  }

  /** Direction of a connector; `unknown` if its plugin is not installed. */
  typeOf(config: ConnectorConfig): 'source' | 'sink' | 'unknown' {
    return this.#installed(config)?.kind ?? 'unknown';
  }

  /**
   * What the plugin says of a connector class.
   *
   * @param config of the connector, references resolved: one that attaches is described by the plugin that runs.
   * @throws {ConnectError} CONNECTOR_CLASS_UNKNOWN, or what starting the plugin gives.
   */
  async describe(connector: PluginConnector, config: ConnectorConfig = new Map()): Promise<ConnectorDescription> {
    const { leases, descriptions } = this.#options;
    const ask = (): Promise<readonly ConnectorDescription[]> =>
      leases.borrow(connector, config, process => this.#client(process).describeAll());
    const all = addressOf(config) === undefined ? await descriptions.get(connector.manifest, ask) : await ask();
    const found = all.find(description => description.className === connector.className);
    if (found !== undefined) return found;
    throw new ConnectError(
      'PLUGIN_CALL_FAILED',
      `Plugin '${connector.manifest.name}' names connector '${connector.className}' in its plugin.json, but does not describe it`,
    );
  }

  /** `plugin.warm.processes`: most processes that {@link warmUp} starts ahead. */
  get warmProcesses(): number {
    return this.#options.settings.warmProcesses;
  }

  /**
   * Starts processes ahead for a connector that is about to be created or changed. Returns at once; what a class that is not installed
   * means is told by the validation.
   *
   * @param needs `tasks`: how many this worker will run; `isChecked`: it will {@link validate} the configuration.
   */
  warmUp(config: ConnectorConfig, { tasks, isChecked }: { readonly tasks: number; readonly isChecked: boolean }): void {
    const connector = this.#installed(config);
    const needs = { tasks: Math.min(this.warmProcesses, tasks), isBorrowed: isChecked };
    if (connector !== null) this.#options.leases.warmUp(connector, config, needs);
  }

  /** What the plugin says of each key of a configuration, references resolved. */
  async validate(connector: PluginConnector, stored: ConnectorConfig): Promise<readonly ConfigValueReport[]> {
    const { config, secrets } = await this.#prepare(connector, stored);
    return this.#options.leases.borrow(connector, config, process => {
      process.hideValues(secrets);
      return this.#client(process).validateConfig(connector.className, config);
    });
  }

  /**
   * Tells a connector that its offsets are about to be altered (KIP-875), whether it runs or not; null offsets are to be forgotten.
   *
   * @returns true if it has done its part, false if it has nothing to say.
   * @throws {ConnectError} OFFSETS_REFUSED; CONNECTOR_CLASS_UNKNOWN, or what starting the plugin gives.
   */
  async alterOffsets(
    { name, config: stored }: { readonly name: string; readonly config: ConnectorConfig },
    offsets: { readonly source: readonly OffsetWrite[]; readonly sink: readonly TopicPartitionOffset[] },
  ): Promise<boolean> {
    const connector = this.#find(stored);
    const { config, secrets } = await this.#prepare(connector, stored);
    const request = {
      className: connector.className,
      connector: name,
      config,
      sourceOffsets: offsets.source.map(toWireOffset),
      sinkOffsets: offsets.sink,
    };
    return this.#options.leases.borrow(connector, config, async process => {
      process.hideValues(secrets);
      return (await this.#client(process).alterOffsets(request)).handled;
    });
  }

  /**
   * Starts an instance; settles when it is as its target says, or FAILED. What goes wrong shows in its status.
   *
   * @throws {ConnectError} CONNECTOR_CLASS_UNKNOWN, PLUGIN_VERSION_NOT_FOUND.
   */
  async startConnector(
    spec: { readonly name: string; readonly config: ConnectorConfig; readonly target: TargetState },
    listener: ConnectorListener,
  ): Promise<void> {
    const { settings, policy, leases, clock, log, workerId } = this.#options;
    const connector = this.#find(spec.config);
    const runner = new ConnectorRunner({
      name: spec.name,
      connector,
      prepare: () => this.#prepare(connector, spec.config),
      leases,
      policy,
      workerId,
      callTimeoutMs: settings.pluginCallTimeoutMs,
      heartbeatMs: settings.heartbeatMs,
      deadAfterMs: settings.deadAfterMs,
      clock,
      log: log.child({ connector: spec.name }),
      listener,
    });
    this.#connectors.set(spec.name, runner);
    await runner.setTarget(spec.target);
  }

  /** Ends an instance; without effect if there is none. */
  async stopConnector(name: string): Promise<void> {
    await this.#connectors.get(name)?.stop();
    this.#connectors.delete(name);
  }

  /** Brings an instance to another target. */
  async setConnectorTarget(name: string, target: TargetState): Promise<void> {
    await this.#connectors.get(name)?.setTarget(target);
  }

  /** Makes an instance FAILED. */
  async failConnector(name: string, error: unknown): Promise<void> {
    await this.#connectors.get(name)?.fail(error);
  }

  /** The instance runs and can be asked for a plan. */
  isConnectorRunning(name: string): boolean {
    return this.#connectors.get(name)?.isRunning ?? false;
  }

  /**
   * Task configurations to store: what the plugin planned, with `task.class`, and for sinks the topics; where the connector's
   * configuration has a config provider reference, the reference and not what it stands for.
   *
   * @throws {ConnectError} as `ConnectorClient.planTasks`.
   */
  async planTasks(name: string, config: ConnectorConfig): Promise<readonly ConnectorConfig[]> {
    const runner = this.#connectors.get(name);
    if (runner === undefined) throw new ConnectError('CONNECTOR_FAILED', `Connector '${name}' is not running`);
    const planned = await runner.planTasks(tasksMaxOf(config));
    const connector = this.#find(config);
    return planned.map(task => toStoredTaskConfig(task, connector, config));
  }

  /** Starts a task; its status tells how it goes. */
  startTask(
    spec: {
      readonly id: ConnectorTaskId;
      readonly connectorConfig: ConnectorConfig;
      readonly taskConfig: ConnectorConfig;
      readonly isPaused: boolean;
    },
    onStatus: (status: InstanceStatus) => void,
  ): void {
    const { tasks, policy, workerId, metrics, clock, log } = this.#options;
    const connector = this.#find(spec.connectorConfig);
    const errorMetrics = new TaskErrorMetrics(metrics, spec.id);
    const runner = new TaskRunner(
      {
        makeAttempt: async () => {
          const connectorConfig = await this.#prepare(connector, spec.connectorConfig);
          const taskConfig = await this.#prepare(connector, spec.taskConfig, connectorConfig.config);
          return tasks.makeAttempt({ id: spec.id, connector, connectorConfig, taskConfig, errorMetrics });
        },
        release: () => tasks.release(spec.id),
        policy: { ...policy, mode: toRestartMode(spec.connectorConfig.get('task.restart.policy')) ?? policy.mode },
        workerId,
        pluginVersion: connector.version,
        clock,
        log: log.child({ connector: spec.id.connector, task: spec.id.task }),
        onStatus,
      },
      spec.isPaused,
    );
    this.#errorMetrics.get(nameOfTask(spec.id))?.remove();
    this.#errorMetrics.set(nameOfTask(spec.id), errorMetrics);
    this.#tasks.set(nameOfTask(spec.id), runner);
    runner.start();
  }

  /** Stops tasks, all at once; they share `task.shutdown.graceful.timeout.ms`. */
  async stopTasks(ids: readonly ConnectorTaskId[], reason: StopReason): Promise<void> {
    const { shutdownTimeoutMs } = this.#options.settings;
    await Promise.all(
      ids.map(async id => {
        await this.#tasks.get(nameOfTask(id))?.stop(reason, shutdownTimeoutMs);
        this.#tasks.delete(nameOfTask(id));
        this.#errorMetrics.get(nameOfTask(id))?.remove();
        this.#errorMetrics.delete(nameOfTask(id));
      }),
    );
  }

  /** What a task has met of errors since it started here; null for one that this worker does not have. */
  errorCounts(id: ConnectorTaskId): TaskErrorCounts | null {
    return this.#errorMetrics.get(nameOfTask(id))?.counts ?? null;
  }

  /** Lets records of these tasks flow or not. */
  setTasksPaused(ids: readonly ConnectorTaskId[], paused: boolean): void {
    for (const id of ids) this.#tasks.get(nameOfTask(id))?.setPaused(paused);
  }

  /**
   * A stored configuration of a connector or of one of its tasks, ready for use.
   *
   * @param connectorConfig of the task's connector, resolved; for a connector its own.
   */
  async #prepare(
    connector: PluginConnector,
    stored: ConnectorConfig,
    connectorConfig?: ConnectorConfig,
  ): Promise<PreparedConfig> {
    const config = await this.#options.resolve(stored);
    const { keys } = await this.describe(connector, connectorConfig ?? config);
    return { config, secrets: secretValues({ stored, resolved: config, keys }) };
  }

  #find(config: ConnectorConfig): PluginConnector {
    return this.#options.catalog.find(config.get('connector.class') ?? '', config.get('connector.plugin.version'));
  }

  /** Null if its plugin is not installed. */
  #installed(config: ConnectorConfig): PluginConnector | null {
    try {
      return this.#find(config);
    } catch {
      return null; // that is what the answer means
    }
  }

  #client(process: ConstructorParameters<typeof ConnectorClient>[0]): ConnectorClient {
    const { clock, settings } = this.#options;
    return new ConnectorClient(process, { clock, callTimeoutMs: settings.pluginCallTimeoutMs });
  }
}

function toStoredTaskConfig(
  planned: ConnectorConfig,
  connector: PluginConnector,
  connectorConfig: ConnectorConfig,
): ConnectorConfig {
  const stored = new Map(planned);
  if (!stored.has('task.class')) stored.set('task.class', connector.className);
  if (connector.kind === 'sink') {
    for (const key of ['topics', 'topics.regex']) {
      const value = connectorConfig.get(key);
      if (value !== undefined) stored.set(key, value);
    }
  }
  for (const [key, value] of connectorConfig) {
    if (value.includes('${') && stored.has(key)) stored.set(key, value);
  }
  return stored;
}
