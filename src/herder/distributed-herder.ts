/**
 * The herder of a worker that is one of a group: the port on what the cluster is made of. What runs here is the business of its
 * {@link GroupMembership}.
 *
 * What operators ask for waits in a queue while the group rebalances, is then done here or handed on to the leader, or to the owner of
 * what is to be restarted, and answered when this worker has read what came of it (D9).
 *
 * @see `DistributedHerder` in Kafka Connect.
 */
import type { Clock } from '../async/clock.ts';
import { Listeners } from '../async/listeners.ts';
import { Stages } from '../async/stages.ts';
import type { ConfigInfos, ConfigKeyInfo } from '../config/config-infos.ts';
import { ConnectError } from '../errors/connect-error.ts';
import type { LeaveOptions, WorkerGroup } from '../group/worker-group.ts';
import type { Logger } from '../logging/logger.ts';
import type { Loggers } from '../logging/loggers.ts';
import type { ConfigStore, ConfigUpdate, ConnectorConfig } from '../storage/config-store.ts';
import type { StatusStore } from '../storage/status-store.ts';
import type { Worker } from '../worker/worker.ts';
import { AssignedConnectors } from './assigned-connectors.ts';
import { toModifiedOffsets, type ConnectorOffsets, type ModifiedOffsets } from './connector-offsets.ts';
import type { ClusterInfo } from './cluster-info.ts';
import { ClusterStatuses } from './cluster-statuses.ts';
import { ClusterView } from './cluster-view.ts';
import { ConnectorPreparation } from './connector-preparation.ts';
import { ConnectorRequests } from './connector-requests.ts';
import type { ConnectorValidation } from './connector-validation.ts';
import { ConnectorView, withName } from './connector-view.ts';
import type {
  ForwardedRequest,
  Forwarding,
  ForwardTarget,
  GroupDescription,
  HerderReply,
  Preparation,
} from './forwarding.ts';
import { FreshReads } from './fresh-reads.ts';
import { GroupMembers } from './group-members.ts';
import { GroupMembership } from './group-membership.ts';
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
import { LeaderDuties } from './leader-duties.ts';
import { requireOffsets, type OffsetsOperations } from './offsets-operations.ts';
import { LoggerLevels } from './logger-levels.ts';
import type { Outage } from './outage.ts';
import type { ConnectorProcesses } from './plugin-processes.ts';
import { ReadinessState, type Readiness } from './readiness.ts';
import { RequestQueue } from './request-queue.ts';
import type { SessionKeyRules } from './request-signature.ts';
import type { TopicTracking } from './topic-tracking.ts';
import { RestartSighting } from './restart-sighting.ts';
import { planRestart, withRestarting } from './restart-plan.ts';

/** What a distributed herder needs. */
export interface DistributedHerderOptions {
  readonly worker: Worker;
  /** Not started; the herder starts and hears it. */
  readonly configs: ConfigStore;
  /** Not started. */
  readonly statuses: StatusStore;
  readonly group: WorkerGroup;
  /** `group.id` */
  readonly groupId: string;
  readonly forwarding: Forwarding;
  /** gRPC address of a worker that does not tell it, by its advertised URL. */
  readonly grpcAddressOf: (url: string) => string;
  readonly validation: ConnectorValidation;
  readonly offsets: OffsetsOperations;
  readonly tracking: TopicTracking;
  readonly sessionKeys: SessionKeyRules;
  /** Millrace's version. */
  readonly version: string;
  readonly kafkaClusterId: () => string;
  /** Told once when the membership ended for good: only a new worker can go on. */
  readonly onFailed: (error: ConnectError) => void;
  /** Of the process. */
  readonly loggers: Loggers;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The control plane of a worker in a cluster. */
export class DistributedHerder implements Herder, ForwardTarget {
  readonly #options: DistributedHerderOptions;
  readonly #view: ConnectorView;
  readonly #queue: RequestQueue;
  readonly #requests: ConnectorRequests;
  readonly #preparation: ConnectorPreparation;
  readonly #connectors: AssignedConnectors;
  readonly #members: GroupMembers;
  readonly #membership: GroupMembership;
  readonly #startedAtMs: number;
  readonly loggers: LoggerLevels;
  readonly #readiness = new ReadinessState();
  readonly #cluster: ClusterView;
  readonly #clusterStatuses: ClusterStatuses;
  readonly #reads: FreshReads;
  readonly #clusterListeners = new Listeners<undefined>();
  readonly #statusListeners = new Listeners<string>();
  readonly #stages: Stages;
  #toldOutage: Outage | null = null;
  #closed: Promise<void> | null = null;

  constructor(options: DistributedHerderOptions) {
    const { clock } = options;
    this.#options = options;
    this.#startedAtMs = clock.nowMs();
    this.#view = new ConnectorView(options);
    this.loggers = new LoggerLevels(options);
    this.#stages = new Stages(clock);
    this.#queue = new RequestQueue({ stages: this.#stages, onSubmit: () => this.#membership.wake() });
    const submitTaskConfigs = async (
      name: string,
      configs: readonly ConnectorConfig[],
      signal: AbortSignal,
    ): Promise<void> => {
      await this.#requests.serve({ kind: 'tasks', tasks: { name, configs } }, signal);
    };
    this.#connectors = new AssignedConnectors({ ...options, submitTaskConfigs });
    const { workerId } = options.worker;
    const onClusterChange = (): void => this.#tellClusterChange();
    const members = new GroupMembers({ ...options, workerId, onKnown: onClusterChange });
    this.#members = members;
    this.#cluster = new ClusterView({ ...options, members, stages: this.#stages });
    const processes = (name: string): ConnectorProcesses | null => this.#connectors.processes(name);
    this.#clusterStatuses = new ClusterStatuses({ ...options, workerId, members, processes });
    const parts = {
      queue: this.#queue,
      stages: this.#stages,
      view: this.#view,
      duties: new LeaderDuties(options),
      connectors: this.#connectors,
      cluster: this.#cluster,
    };
    this.#membership = new GroupMembership({
      ...options,
      ...parts,
      onClusterChange,
      onFailed: error => this.#fail(error),
    });
    this.#preparation = new ConnectorPreparation(options);
    this.#requests = new ConnectorRequests({
      ...options,
      ...parts,
      preparation: this.#preparation,
      find: name => this.#connectors.find(name),
      isSharedOut: () => this.#membership.isSharedOut,
    });
    this.#reads = new FreshReads(options);
    options.statuses.watch(name => {
      this.#statusListeners.tell(name);
      this.#membership.heardStatus(name);
    });
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
   * Reads what is stored and joins the group; resolves when the worker is a member, which it then stays.
   *
   * @throws {ConfigError} an internal topic is not fit; {ConnectError} it cannot be read; the signal's reason.
   */
  async start(signal: AbortSignal): Promise<void> {
    const { configs, statuses } = this.#options;
    const listener = (update: ConfigUpdate): void => this.#take(update);
    await this.#stages.during('reading the config and status topics', () =>
      Promise.all([configs.start({ listener, signal }), statuses.start(signal)]),
    );
    this.#membership.join();
    await this.#queue.submit('starting', async () => undefined, signal);
    this.#readiness.set('ready');
  }

  serveForwarded(request: ForwardedRequest, signal: AbortSignal): Promise<HerderReply> {
    return this.#requests.serveForwarded(request, signal);
  }

  describeGroup(): GroupDescription {
    const description = this.#members.describe();
    if (description !== null) return description;
    throw new ConnectError('NOT_LEADER', 'This worker does not lead its group, or its group is rebalancing');
  }

  describeWork(connectors: readonly string[]): readonly ConnectorProcesses[] {
    return connectors.flatMap(name => this.#connectors.processes(name) ?? []);
  }

  get lostMembership(): Outage | null {
    return this.#cluster.lostMembership;
  }

  prepare(preparation: Preparation, signal: AbortSignal): Promise<void> {
    return this.#preparation.serve(preparation, signal);
  }

  clusterInfo(signal: AbortSignal): Promise<ClusterInfo> {
    return this.#cluster.info(signal);
  }

  watchCluster(listener: () => void): () => void {
    return this.#clusterListeners.add(listener);
  }

  watchStatuses(listener: (connector: string) => void): () => void {
    return this.#statusListeners.add(listener);
  }

  async connectorNames(signal: AbortSignal): Promise<readonly string[]> {
    await this.#reads.configs(signal);
    return this.#options.configs.connectorNames();
  }

  async connectorInfo(name: string, signal: AbortSignal): Promise<ConnectorInfo> {
    await this.#reads.configs(signal);
    return this.#view.info(name);
  }

  async connectorStatus(name: string, signal: AbortSignal): Promise<ConnectorStatus> {
    await this.#reads.all(signal);
    return this.#status(name, signal);
  }

  async connectorInfos(signal: AbortSignal): Promise<readonly ConnectorInfo[]> {
    await this.#reads.configs(signal);
    return this.#options.configs.connectorNames().map(name => this.#view.info(name));
  }

  async connectorStatuses(signal: AbortSignal): Promise<readonly ConnectorStatus[]> {
    await this.#reads.all(signal);
    const statuses = this.#options.configs.connectorNames().map(name => this.#withOutage(this.#view.status(name)));
    return this.#clusterStatuses.complete(statuses, signal);
  }

  async knownStatus(name: string, signal: AbortSignal): Promise<ConnectorStatus | null> {
    // An outage is over when it was read again.
    if (this.lostMembership === null && this.#reads.outage !== null) await this.#reads.all(signal);
    return this.#options.configs.connectorConfig(name) === null ? null : this.#status(name, signal);
  }

  async taskConfigs(name: string, signal: AbortSignal): Promise<readonly TaskConfigInfo[]> {
    await this.#reads.configs(signal);
    return this.#view.taskConfigs(name);
  }

  async createConnector(request: CreateConnector, signal: AbortSignal): Promise<ConnectorInfo> {
    const { name, initialState = 'STARTED' } = request;
    const config = withName(name, request.config);
    await this.#requests.serve({ kind: 'create', create: { name, config, initialState } }, signal);
    return this.#view.info(name);
  }

  async putConnectorConfig(
    name: string,
    given: ConnectorConfig,
    signal: AbortSignal,
  ): Promise<{ readonly created: boolean; readonly info: ConnectorInfo }> {
    const { created } = await this.#requests.serve(
      { kind: 'put', put: { name, config: withName(name, given) } },
      signal,
    );
    return { created, info: this.#view.info(name) };
  }

  async patchConnectorConfig(
    name: string,
    patch: ReadonlyMap<string, string | null>,
    signal: AbortSignal,
  ): Promise<ConnectorInfo> {
    const set = new Map([...patch].flatMap(([key, value]) => (value === null ? [] : [[key, value] as const])));
    const remove = [...patch].flatMap(([key, value]) => (value === null ? [key] : []));
    await this.#requests.serve({ kind: 'patch', patch: { name, set, remove } }, signal);
    return this.#view.info(name);
  }

  async deleteConnector(name: string, signal: AbortSignal): Promise<void> {
    await this.#requests.serve({ kind: 'delete', delete: { name } }, signal);
  }

  async setTargetState(name: string, state: TargetState, signal: AbortSignal): Promise<void> {
    await this.#requests.serve({ kind: 'target', target: { name, state } }, signal);
  }

  async restartConnector(name: string, scope: RestartScope, signal: AbortSignal): Promise<ConnectorStatus> {
    await this.#reads.all(signal);
    const status = await this.#status(name, signal);
    const plan = planRestart(scope, status);
    const isPlain = !scope.includeTasks && !scope.onlyFailed;
    const sighting = new RestartSighting({ ...this.#options, name, plan });
    try {
      await this.#requests.serve({ kind: 'restart', restart: { name, ...scope } }, signal);
      // The plain one is over; of the others the answer tells what was found to be restarted (KIP-745), once all can read it (D9).
      await (isPlain ? this.#reads.all(signal) : sighting.complete(signal));
    } finally {
      sighting.end();
    }
    return isPlain ? await this.#status(name, signal) : withRestarting(status, plan);
  }

  async restartTask(id: ConnectorTaskId, signal: AbortSignal): Promise<void> {
    await this.#reads.configs(signal);
    this.#view.requireTask(id);
    const restartTask = { name: id.connector, task: id.task };
    await this.#requests.serve({ kind: 'restartTask', restartTask }, signal);
    await this.#reads.all(signal);
  }

  async connectorOffsets(name: string, signal: AbortSignal): Promise<ConnectorOffsets> {
    await this.#reads.configs(signal);
    return this.#options.offsets.read({ name, config: this.#view.config(name) });
  }

  async alterConnectorOffsets(name: string, offsets: ConnectorOffsets, signal: AbortSignal): Promise<ModifiedOffsets> {
    requireOffsets(offsets);
    const reply = await this.#requests.serve({ kind: 'alterOffsets', alterOffsets: { name, offsets } }, signal);
    return toModifiedOffsets('altered', reply.offsetsHandled);
  }

  async resetConnectorOffsets(name: string, signal: AbortSignal): Promise<ModifiedOffsets> {
    const reply = await this.#requests.serve({ kind: 'resetOffsets', resetOffsets: { name } }, signal);
    return toModifiedOffsets('reset', reply.offsetsHandled);
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
    return {
      version: this.#options.version,
      workerId: this.#options.worker.workerId,
      mode: 'distributed',
      kafkaClusterId: this.#options.kafkaClusterId(),
      startedAtMs: this.#startedAtMs,
      ...this.#connectors.counts,
      pid: process.pid,
    };
  }

  /** Gives all work up, leaves the group and closes the stores; nothing more is taken. Idempotent. */
  close(options: LeaveOptions = {}): Promise<void> {
    this.#closed ??= this.#close(options);
    return this.#closed;
  }

  async #close(options: LeaveOptions): Promise<void> {
    this.#readiness.set('ended');
    this.#queue.close(new ConnectError('SHUTTING_DOWN', 'The worker is shutting down'));
    await this.#membership.leave(options);
    await this.#options.statuses.close();
    await this.#options.configs.close();
  }

  #fail(error: ConnectError): void {
    this.#readiness.set('ended');
    this.#queue.close(error);
    this.#options.onFailed(error);
  }

  #take(update: ConfigUpdate): void {
    if (update.kind === 'logger-level') this.loggers.take(update);
    if ('connector' in update) this.#statusListeners.tell(update.connector);
    this.#membership.take(update);
  }

  #withOutage(status: ConnectorStatus): ConnectorStatus {
    return { ...status, outage: this.lostMembership ?? this.#reads.outage };
  }

  /** An outage is a change of all states. */
  #tellClusterChange(): void {
    this.#clusterListeners.tell(undefined);
    if (this.#toldOutage === this.lostMembership) return;
    this.#toldOutage = this.lostMembership;
    for (const name of this.#options.configs.connectorNames()) this.#statusListeners.tell(name);
  }

  /** @throws {ConnectError} CONNECTOR_NOT_FOUND; the signal's reason. */
  async #status(name: string, signal: AbortSignal): Promise<ConnectorStatus> {
    const status = this.#withOutage(this.#view.status(name));
    const [completed = status] = await this.#clusterStatuses.complete([status], signal);
    return completed;
  }
}
