/**
 * The herder of a worker that is alone: configurations and statuses in memory, no group, no forwarding. One lane per connector orders
 * what is asked of it.
 *
 * @see `StandaloneHerder` in Kafka Connect.
 */
import { abortable } from '../async/abortable.ts';
import { createDeferred } from '../async/deferred.ts';
import type { Clock } from '../async/clock.ts';
import { Listeners } from '../async/listeners.ts';
import { Stages } from '../async/stages.ts';
import { tasksMaxOf } from '../config/tasks-max.ts';
import type { ConfigInfos, ConfigKeyInfo } from '../config/config-infos.ts';
import { ConnectError, toConnectError } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import type { Loggers } from '../logging/loggers.ts';
import type { ConfigStore, ConfigUpdate, ConnectorConfig } from '../storage/config-store.ts';
import type { StatusStore } from '../storage/status-store.ts';
import type { Worker } from '../worker/worker.ts';
import type { ClusterInfo } from './cluster-info.ts';
import type { ConnectorValidation } from './connector-validation.ts';
import { applyPatch, connectorExists, ConnectorView, withName } from './connector-view.ts';
import { toModifiedOffsets, type ConnectorOffsets, type ModifiedOffsets } from './connector-offsets.ts';
import { requireOffsets, type AgreedModification, type OffsetsOperations } from './offsets-operations.ts';
import type {
  ConnectorInfo,
  ConnectorStatus,
  ConnectorTaskId,
  CreateConnector,
  Herder,
  PluginInfo,
  RestartScope,
  TargetState,
  TaskConfigInfo,
  WorkerInfo,
} from './herder.ts';
import { LoggerLevels } from './logger-levels.ts';
import { ReadinessState, type Readiness } from './readiness.ts';
import type { TopicTracking } from './topic-tracking.ts';
import { StandaloneConnector } from './standalone-connector.ts';
import { timedOut } from './timed-out.ts';

/** What a standalone herder needs. */
export interface StandaloneHerderOptions {
  readonly worker: Worker;
  readonly configs: ConfigStore;
  readonly statuses: StatusStore;
  readonly validation: ConnectorValidation;
  readonly offsets: OffsetsOperations;
  readonly tracking: TopicTracking;
  /** Millrace's version. */
  readonly version: string;
  /** Cluster id of the brokers; empty while none was reached. */
  readonly kafkaClusterId: () => string;
  /** `host:port` of this worker's gRPC API. */
  readonly grpcAddress: () => string;
  /** Of the process. */
  readonly loggers: Loggers;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The control plane of standalone mode. */
export class StandaloneHerder implements Herder {
  readonly #options: StandaloneHerderOptions;
  readonly #connectors = new Map<string, StandaloneConnector>();
  readonly #view: ConnectorView;
  readonly #startedAtMs: number;
  readonly #statusListeners = new Listeners<string>();
  readonly loggers: LoggerLevels;
  readonly #readiness = new ReadinessState();
  readonly #stages: Stages;

  constructor(options: StandaloneHerderOptions) {
    this.#options = options;
    this.#view = new ConnectorView(options);
    this.loggers = new LoggerLevels(options);
    this.#stages = new Stages(options.clock);
    this.#startedAtMs = options.clock.nowMs();
    options.statuses.watch(name => this.#statusListeners.tell(name));
  }

  get readiness(): Readiness {
    return this.#readiness.current;
  }

  get stageText(): string {
    return this.#stages.text;
  }

  onReadiness(listener: () => void): void {
    this.#readiness.onChange(listener);
  }

  /**
   * Creates the connectors that the worker was started with, one after the other; the worker is ready then.
   *
   * @throws {ConnectError} as {@link createConnector}, for the first that cannot be created.
   */
  async start(connectors: AsyncIterable<CreateConnector>, signal: AbortSignal): Promise<void> {
    const listener = (update: ConfigUpdate): void => {
      if (update.kind === 'logger-level') this.loggers.take(update);
      if ('connector' in update) this.#statusListeners.tell(update.connector);
    };
    await this.#options.configs.start({ listener, signal });
    for await (const connector of connectors) {
      const create = (): Promise<ConnectorInfo> => this.createConnector(connector, signal);
      await this.#stages.during(`creating connector '${connector.name}', which was given at start`, create);
    }
    this.#readiness.set('ready');
  }

  async connectorNames(_signal: AbortSignal): Promise<readonly string[]> {
    return this.#options.configs.connectorNames();
  }

  async connectorInfo(name: string, _signal: AbortSignal): Promise<ConnectorInfo> {
    return this.#view.info(name);
  }

  async connectorStatus(name: string, _signal: AbortSignal): Promise<ConnectorStatus> {
    return this.#view.status(name);
  }

  async connectorInfos(_signal: AbortSignal): Promise<readonly ConnectorInfo[]> {
    return this.#options.configs.connectorNames().map(name => this.#view.info(name));
  }

  async connectorStatuses(_signal: AbortSignal): Promise<readonly ConnectorStatus[]> {
    return this.#options.configs.connectorNames().map(name => this.#view.status(name));
  }

  async knownStatus(name: string, _signal: AbortSignal): Promise<ConnectorStatus | null> {
    return this.#options.configs.connectorConfig(name) === null ? null : this.#view.status(name);
  }

  async taskConfigs(name: string, _signal: AbortSignal): Promise<readonly TaskConfigInfo[]> {
    return this.#view.taskConfigs(name);
  }

  async createConnector(request: CreateConnector, signal: AbortSignal): Promise<ConnectorInfo> {
    const { name } = request;
    const config = withName(name, request.config);
    await this.#requireValid(config, signal);
    const create = async (): Promise<ConnectorInfo> => {
      if (this.#options.configs.connectorConfig(name) !== null) {
        throw connectorExists(name);
      }
      await this.#options.configs.putConnectorConfig(name, config, request.initialState ?? 'STARTED');
      await this.#connector(name).start();
      return this.#view.info(name);
    };
    return this.#in({ name, doing: 'creating' }, create, signal);
  }

  async putConnectorConfig(
    name: string,
    given: ConnectorConfig,
    signal: AbortSignal,
  ): Promise<{ readonly created: boolean; readonly info: ConnectorInfo }> {
    const config = withName(name, given);
    await this.#requireValid(config, signal);
    const put = async (): Promise<{ readonly created: boolean; readonly info: ConnectorInfo }> => {
      const created = this.#options.configs.connectorConfig(name) === null;
      if (created) {
        await this.#options.configs.putConnectorConfig(name, config);
        await this.#connector(name).start();
      } else {
        await this.#connector(name).reconfigure(config);
      }
      return { created, info: this.#view.info(name) };
    };
    return this.#in({ name, doing: 'reconfiguring' }, put, signal);
  }

  async patchConnectorConfig(
    name: string,
    patch: ReadonlyMap<string, string | null>,
    signal: AbortSignal,
  ): Promise<ConnectorInfo> {
    const merged = applyPatch(this.#view.config(name), patch);
    return (await this.putConnectorConfig(name, merged, signal)).info;
  }

  async deleteConnector(name: string, signal: AbortSignal): Promise<void> {
    this.#view.config(name);
    const remove = async (): Promise<void> => {
      this.#view.config(name);
      const connector = this.#connector(name);
      await connector.stop('DELETE');
      await this.#options.configs.removeConnectorConfig(name);
      await this.#options.statuses.removeConnector(name);
      await this.#options.statuses.resetActiveTopics(name);
    };
    await this.#in({ name, doing: 'deleting' }, remove, signal);
  }

  async setTargetState(name: string, state: TargetState, signal: AbortSignal): Promise<void> {
    this.#view.config(name);
    const set = async (): Promise<void> => {
      this.#view.config(name);
      await this.#connector(name).setTarget(state);
    };
    await this.#in({ name, doing: 'changing the target state of' }, set, signal);
  }

  async restartConnector(name: string, scope: RestartScope, signal: AbortSignal): Promise<ConnectorStatus> {
    this.#view.config(name);
    const connector = this.#connector(name);
    const isPlain = !scope.includeTasks && !scope.onlyFailed;
    const answer = createDeferred<ConnectorStatus>();
    const restart = async (): Promise<void> => {
      this.#view.config(name);
      const plan = connector.restartPlan(scope);
      await connector.markRestarting(plan);
      // A restart with parameters answers with what will restart; the plain one when it has (KIP-745).
      if (!isPlain) answer.resolve(this.#view.status(name));
      await connector.restart(plan);
      answer.resolve(this.#view.status(name));
    };
    const done = connector.run('restarting', restart).catch((error: unknown) => {
      this.#options.log.error({ err: error, connector: name }, 'Restart failed');
      answer.reject(toConnectError(error));
    });
    void done;
    return abortable(answer.promise, signal, () => timedOut(connector.stages));
  }

  async restartTask(id: ConnectorTaskId, signal: AbortSignal): Promise<void> {
    this.#view.config(id.connector);
    const restart = async (): Promise<void> => {
      this.#view.requireTask(id);
      await this.#connector(id.connector).restart({ instance: false, tasks: [id] });
    };
    await this.#in({ name: id.connector, doing: `restarting task ${id.task} of` }, restart, signal);
  }

  async connectorOffsets(name: string, _signal: AbortSignal): Promise<ConnectorOffsets> {
    return this.#options.offsets.read({ name, config: this.#view.config(name) });
  }

  async alterConnectorOffsets(name: string, offsets: ConnectorOffsets, signal: AbortSignal): Promise<ModifiedOffsets> {
    requireOffsets(offsets);
    const alter = async (config: ConnectorConfig): Promise<AgreedModification> =>
      this.#options.offsets.agreeToAlter({ name, config }, offsets);
    return toModifiedOffsets('altered', await this.#modifyOffsets(name, alter, signal));
  }

  async resetConnectorOffsets(name: string, signal: AbortSignal): Promise<ModifiedOffsets> {
    const reset = async (config: ConnectorConfig): Promise<AgreedModification> =>
      this.#options.offsets.agreeToReset({ name, config });
    return toModifiedOffsets('reset', await this.#modifyOffsets(name, reset, signal));
  }

  connectorTopics(name: string, signal: AbortSignal): Promise<readonly string[]> {
    return this.#options.tracking.topics(name, signal);
  }

  resetConnectorTopics(name: string, _signal: AbortSignal): Promise<void> {
    return this.#options.tracking.reset(name);
  }

  async plugins(_signal: AbortSignal): Promise<readonly PluginInfo[]> {
    return this.#options.validation.plugins();
  }

  pluginConfig(className: string, signal: AbortSignal): Promise<readonly ConfigKeyInfo[]> {
    return this.#options.validation.pluginConfig(className, signal);
  }

  validateConfig(className: string, config: ConnectorConfig, signal: AbortSignal): Promise<ConfigInfos> {
    return this.#options.validation.validate(className, config, signal);
  }

  async workerInfo(_signal: AbortSignal): Promise<WorkerInfo> {
    const names = this.#options.configs.connectorNames();
    return {
      version: this.#options.version,
      workerId: this.#options.worker.workerId,
      mode: 'standalone',
      kafkaClusterId: this.#options.kafkaClusterId(),
      startedAtMs: this.#startedAtMs,
      connectorCount: names.length,
      taskCount: names.reduce((count, name) => count + this.#options.configs.taskConfigs(name).length, 0),
      pid: process.pid,
    };
  }

  /** There is no group. */
  get lostMembership(): null {
    return null;
  }

  /** This worker is all there is. */
  async clusterInfo(_signal: AbortSignal): Promise<ClusterInfo> {
    const { configs, worker, version, kafkaClusterId, grpcAddress } = this.#options;
    const { workerId } = worker;
    const connectors = configs.connectorNames();
    const tasks = connectors.flatMap(name => configs.taskConfigs(name).map((_, task) => ({ connector: name, task })));
    const self = { workerId, url: '', grpcAddress: grpcAddress(), memberId: '', isLeader: true, version };
    return {
      mode: 'standalone',
      groupId: '',
      kafkaClusterId: kafkaClusterId(),
      isRebalancing: false,
      stateSinceMs: this.#startedAtMs,
      generation: null,
      protocol: '',
      leader: workerId,
      workers: [{ ...self, connectors, tasks }],
      workersGeneration: null,
      isComplete: true,
      rebalanceAtMs: null,
      stage: this.#stages.current,
    };
  }

  /** What a worker that is alone runs follows from its connectors. */
  watchCluster(listener: () => void): () => void {
    return this.#statusListeners.add(() => listener());
  }

  watchStatuses(listener: (connector: string) => void): () => void {
    return this.#statusListeners.add(listener);
  }

  /** Stops every connector and task; nothing more is taken. Idempotent. */
  async close(): Promise<void> {
    if (this.readiness === 'ended') return;
    this.#readiness.set('ended');
    const stops = [...this.#connectors.values()].map(async connector => {
      await connector.run('stopping', () => connector.stop('STOP'));
      await connector.close();
    });
    await Promise.allSettled(stops);
  }

  /** In the connector's lane, so nothing of it starts meanwhile. @returns whether the connector did its part. */
  async #modifyOffsets(
    name: string,
    agree: (config: ConnectorConfig) => Promise<AgreedModification>,
    signal: AbortSignal,
  ): Promise<boolean> {
    this.#view.config(name);
    const modify = async (): Promise<boolean> => {
      const agreed = await agree(this.#view.configOfStopped(name));
      await agreed.write();
      return agreed.handled;
    };
    return this.#in({ name, doing: 'modifying offsets of' }, modify, signal);
  }

  #in<T>(
    { name, doing }: { readonly name: string; readonly doing: string },
    action: () => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    if (this.readiness === 'ended') {
      return Promise.reject(new ConnectError('SHUTTING_DOWN', 'The worker is shutting down'));
    }
    const connector = this.#connector(name);
    return abortable(connector.run(doing, action), signal, () => timedOut(connector.stages));
  }

  /** The lane of a name; it outlives the connector, so that a delete and a create of one name stay in order. */
  async #requireValid(config: ConnectorConfig, signal: AbortSignal): Promise<void> {
    const { worker, validation } = this.#options;
    worker.warmUp(config, { tasks: tasksMaxOf(config), isChecked: true });
    await validation.require(config, signal);
  }

  #connector(name: string): StandaloneConnector {
    const known = this.#connectors.get(name);
    if (known !== undefined) return known;
    const connector = new StandaloneConnector({ ...this.#options, name });
    this.#connectors.set(name, connector);
    return connector;
  }
}
