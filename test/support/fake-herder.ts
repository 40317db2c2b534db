import { Listeners } from '../../src/async/listeners.ts';
import type { ConfigInfos, ConfigKeyInfo } from '../../src/config/config-infos.ts';
import { ConfigError, ConnectError } from '../../src/errors/connect-error.ts';
import type {
  ClusterInfo,
  ConnectorInfo,
  ConnectorOffsets,
  ConnectorStatus,
  ConnectorTaskId,
  CreateConnector,
  Herder,
  InstanceStatus,
  ModifiedOffsets,
  Outage,
  PluginInfo,
  RestartScope,
  TargetState,
  TaskConfigInfo,
  WorkerInfo,
} from '../../src/herder/herder.ts';
import { LoggerLevels } from '../../src/herder/logger-levels.ts';
import { ReadinessState, type Readiness } from '../../src/herder/readiness.ts';
import { createSilentLogger } from '../../src/logging/logger.ts';
import { Loggers } from '../../src/logging/loggers.ts';
import { MemoryConfigStore } from '../../src/storage/memory-config-store.ts';

interface Connector {
  config: ReadonlyMap<string, string>;
  targetState: TargetState;
}

/** Key that the fake's only plugin knows. */
const fileKey: ConfigKeyInfo = {
  name: 'file',
  type: 'STRING',
  required: true,
  defaultValue: null,
  importance: 'HIGH',
  documentation: 'Source filename.',
  group: null,
  width: 'NONE',
  displayName: 'file',
  dependents: [],
  order: -1,
};
const className = 'FileStreamSource';

/**
 * A herder in memory, of one plugin `FileStreamSource`. Each connector has `tasks.max` tasks, which all run, or are all paused. Task 1
 * is FAILED after its process died.
 */
export class FakeHerder implements Herder {
  readonly #readiness = new ReadinessState();
  stageText = '';
  readonly loggers: LoggerLevels;
  /** Told of log levels that are written for all workers. */
  onLoggerLevel: (update: { readonly namespace: string; readonly level: string }) => void = () => undefined;
  /** Calls in order, as `method(arguments)`. */
  readonly calls: string[] = [];
  /** What `connectorOffsets` answers. */
  offsets: ConnectorOffsets = { type: 'source', offsets: [] };
  /** What `connectorTopics` answers; where there are none, topics are not tracked. */
  topics: readonly string[] = [];
  /** What `clusterInfo` answers. */
  cluster: ClusterInfo = {
    mode: 'distributed',
    groupId: 'connect',
    kafkaClusterId: 'abc',
    isRebalancing: false,
    stateSinceMs: 1_700_000_000_000,
    generation: 7,
    protocol: 'sessioned',
    leader: 'a:8083',
    workers: [
      {
        workerId: 'a:8083',
        url: 'http://a:8083/',
        grpcAddress: 'a:9083',
        memberId: 'm-a',
        isLeader: true,
        version: '0.1.0',
        connectors: ['lines'],
        tasks: [{ connector: 'lines', task: 0 }],
      },
    ],
    workersGeneration: 7,
    isComplete: true,
    rebalanceAtMs: 1_700_000_060_000,
    stage: { description: 'reading', startedAtMs: 1_700_000_000_000, endedAtMs: null },
  };
  lostMembership: Outage | null = null;
  readonly clusterListeners = new Listeners<undefined>();
  /** Told of changed connectors. */
  readonly statusListeners = new Listeners<string>();
  /** Signal of the last call. */
  lastSignal: AbortSignal | null = null;
  /** When set, `workerInfo` answers what this does. */
  onWorkerInfo: ((signal: AbortSignal) => Promise<WorkerInfo>) | null = null;
  readonly #connectors = new Map<string, Connector>();

  constructor(readiness: Readiness = 'ready') {
    this.#readiness.set(readiness);
    const loggers = new Loggers({ level: 'info', nowMs: () => 1_700_000_000_000 });
    for (const name of ['millrace', 'millrace.kafka']) loggers.get(name);
    const configs = new MemoryConfigStore();
    void configs.start({ listener: update => update.kind === 'logger-level' && this.onLoggerLevel(update) });
    this.loggers = new LoggerLevels({ loggers, configs, log: createSilentLogger() });
  }

  get readiness(): Readiness {
    return this.#readiness.current;
  }

  set readiness(next: Readiness) {
    this.#readiness.set(next);
  }

  onReadiness(listener: () => void): void {
    this.#readiness.onChange(listener);
  }

  async connectorNames(signal: AbortSignal): Promise<readonly string[]> {
    this.#note('connectorNames', [], signal);
    return [...this.#connectors.keys()].sort();
  }

  async connectorInfo(name: string, signal: AbortSignal): Promise<ConnectorInfo> {
    this.#note('connectorInfo', [name], signal);
    return this.#info(name);
  }

  async connectorStatus(name: string, signal: AbortSignal): Promise<ConnectorStatus> {
    this.#note('connectorStatus', [name], signal);
    return this.#status(name);
  }

  async connectorInfos(signal: AbortSignal): Promise<readonly ConnectorInfo[]> {
    this.#note('connectorInfos', [], signal);
    return [...this.#connectors.keys()].sort().map(name => this.#info(name));
  }

  async connectorStatuses(signal: AbortSignal): Promise<readonly ConnectorStatus[]> {
    this.#note('connectorStatuses', [], signal);
    return [...this.#connectors.keys()].sort().map(name => this.#status(name));
  }

  async knownStatus(name: string, _signal: AbortSignal): Promise<ConnectorStatus | null> {
    return this.#connectors.has(name) ? this.#status(name) : null;
  }

  async clusterInfo(signal: AbortSignal): Promise<ClusterInfo> {
    this.#note('clusterInfo', [], signal);
    return this.cluster;
  }

  watchCluster(listener: () => void): () => void {
    return this.clusterListeners.add(listener);
  }

  watchStatuses(listener: (connector: string) => void): () => void {
    return this.statusListeners.add(listener);
  }

  async taskConfigs(name: string, signal: AbortSignal): Promise<readonly TaskConfigInfo[]> {
    this.#note('taskConfigs', [name], signal);
    return this.#info(name).tasks.map(id => ({ id, config: new Map([['task.class', `task-${id.task}`]]) }));
  }

  async createConnector(request: CreateConnector, signal: AbortSignal): Promise<ConnectorInfo> {
    this.#note('createConnector', [request.name, [...request.config], request.initialState ?? null], signal);
    if (this.#connectors.has(request.name)) {
      const message = `Connector '${request.name}' already exists`;
      throw new ConnectError('CONNECTOR_EXISTS', message, { details: { connector: request.name } });
    }
    this.#check(request.config);
    this.#connectors.set(request.name, { config: request.config, targetState: request.initialState ?? 'STARTED' });
    return this.#info(request.name);
  }

  async putConnectorConfig(
    name: string,
    config: ReadonlyMap<string, string>,
    signal: AbortSignal,
  ): Promise<{ readonly created: boolean; readonly info: ConnectorInfo }> {
    this.#note('putConnectorConfig', [name, [...config]], signal);
    this.#check(config);
    const earlier = this.#connectors.get(name);
    this.#connectors.set(name, { config, targetState: earlier?.targetState ?? 'STARTED' });
    return { created: earlier === undefined, info: this.#info(name) };
  }

  async patchConnectorConfig(
    name: string,
    patch: ReadonlyMap<string, string | null>,
    signal: AbortSignal,
  ): Promise<ConnectorInfo> {
    this.#note('patchConnectorConfig', [name, [...patch]], signal);
    const connector = this.#find(name);
    const config = new Map(connector.config);
    for (const [key, value] of patch) {
      if (value === null) config.delete(key);
      else config.set(key, value);
    }
    this.#check(config);
    connector.config = config;
    return this.#info(name);
  }

  async deleteConnector(name: string, signal: AbortSignal): Promise<void> {
    this.#note('deleteConnector', [name], signal);
    this.#find(name);
    this.#connectors.delete(name);
  }

  async setTargetState(name: string, state: TargetState, signal: AbortSignal): Promise<void> {
    this.#note('setTargetState', [name, state], signal);
    this.#find(name).targetState = state;
  }

  async restartConnector(name: string, scope: RestartScope, signal: AbortSignal): Promise<ConnectorStatus> {
    this.#note('restartConnector', [name, scope], signal);
    const status = this.#status(name);
    return {
      ...status,
      connector: { ...status.connector, state: 'RESTARTING' },
      tasks: status.tasks.map(task => (scope.includeTasks ? { ...task, state: 'RESTARTING' } : task)),
    };
  }

  async restartTask(id: ConnectorTaskId, signal: AbortSignal): Promise<void> {
    this.#note('restartTask', [id], signal);
    if (this.#info(id.connector).tasks.some(({ task }) => task === id.task)) return;
    throw new ConnectError('TASK_NOT_FOUND', `Connector '${id.connector}' has no task ${id.task}`);
  }

  async connectorOffsets(name: string, signal: AbortSignal): Promise<ConnectorOffsets> {
    this.#note('connectorOffsets', [name], signal);
    this.#find(name);
    return this.offsets;
  }

  async alterConnectorOffsets(name: string, offsets: ConnectorOffsets, signal: AbortSignal): Promise<ModifiedOffsets> {
    this.#note('alterConnectorOffsets', [name, offsets], signal);
    this.#requireStopped(name);
    return { handled: true, message: 'altered' };
  }

  async resetConnectorOffsets(name: string, signal: AbortSignal): Promise<ModifiedOffsets> {
    this.#note('resetConnectorOffsets', [name], signal);
    this.#requireStopped(name);
    return { handled: false, message: 'reset' };
  }

  async connectorTopics(name: string, signal: AbortSignal): Promise<readonly string[]> {
    this.#note('connectorTopics', [name], signal);
    return this.topics;
  }

  async resetConnectorTopics(name: string, signal: AbortSignal): Promise<void> {
    this.#note('resetConnectorTopics', [name], signal);
    if (this.topics.length === 0) throw new ConnectError('TOPIC_TRACKING_DISABLED', 'Topic tracking is disabled.');
  }

  async plugins(signal: AbortSignal): Promise<readonly PluginInfo[]> {
    this.#note('plugins', [], signal);
    return [
      { className, aliases: ['FileStream'], type: 'source', version: '0.1.0', location: '/plugins/file-stream' },
      { className: 'SimpleHeaderConverter', aliases: [], type: 'header_converter', version: '0.1.0', location: '' },
    ];
  }

  async pluginConfig(name: string, signal: AbortSignal): Promise<readonly ConfigKeyInfo[]> {
    this.#note('pluginConfig', [name], signal);
    this.#checkClass(name);
    return [fileKey, { ...fileKey, name: 'batch.size', type: 'INT', required: false, defaultValue: '2000', order: 2 }];
  }

  async validateConfig(name: string, config: ReadonlyMap<string, string>, signal: AbortSignal): Promise<ConfigInfos> {
    this.#note('validateConfig', [name, [...config]], signal);
    this.#checkClass(name);
    const value = config.get('file') ?? null;
    const errors = value === null ? ['Missing required configuration "file" which has no default value.'] : [];
    const found = { name: 'file', value, recommendedValues: ['/tmp/in.txt'], errors, visible: true };
    const unknown = { name: 'fiel', value: 'x', recommendedValues: [], errors: ['Unknown key'], visible: true };
    const configs = [{ definition: fileKey, value: found }];
    const errorCount = errors.length + (config.has('fiel') ? 1 : 0);
    return {
      name,
      errorCount,
      groups: ['Common'],
      configs: config.has('fiel') ? [...configs, { definition: null, value: unknown }] : configs,
    };
  }

  async workerInfo(signal: AbortSignal): Promise<WorkerInfo> {
    this.#note('workerInfo', [], signal);
    if (this.onWorkerInfo !== null) return this.onWorkerInfo(signal);
    return {
      version: '0.1.0',
      workerId: 'localhost:8083',
      mode: 'standalone',
      kafkaClusterId: 'abc',
      startedAtMs: 1_700_000_000_250,
      connectorCount: this.#connectors.size,
      taskCount: 0,
      pid: 42,
    };
  }

  #note(method: string, args: readonly unknown[], signal: AbortSignal): void {
    this.calls.push(`${method}(${args.map(arg => JSON.stringify(arg)).join(', ')})`);
    this.lastSignal = signal;
  }

  #find(name: string): Connector {
    const connector = this.#connectors.get(name);
    if (connector !== undefined) return connector;
    throw new ConnectError('CONNECTOR_NOT_FOUND', `Connector '${name}' does not exist`, {
      details: { connector: name },
    });
  }

  #requireStopped(name: string): void {
    if (this.#find(name).targetState === 'STOPPED') return;
    throw new ConnectError('CONNECTOR_NOT_STOPPED', 'Connectors must be in the STOPPED state');
  }

  #info(name: string): ConnectorInfo {
    const { config, targetState } = this.#find(name);
    const count = targetState === 'STOPPED' ? 0 : Number(config.get('tasks.max') ?? '1');
    const tasks = Array.from({ length: count }, (_, task) => ({ connector: name, task }));
    return { name, config, tasks, type: 'source' };
  }

  #status(name: string): ConnectorStatus {
    const { targetState } = this.#find(name);
    const running: InstanceStatus = {
      state: targetState === 'STARTED' ? 'RUNNING' : targetState,
      workerId: 'localhost:8083',
      trace: '',
      version: '0.1.0',
      lastExit: null,
      restarts: 0,
      pid: 4711,
    };
    const exit = { code: null, signal: 'SIGKILL', isOutOfMemory: true, lastLines: ['a', 'b'], atMs: 1_700_000_000_001 };
    const dead: InstanceStatus = { ...running, state: 'FAILED', trace: 'died', pid: null, restarts: 3, lastExit: exit };
    const errors = {
      recordFailures: 1,
      recordErrors: 2,
      recordsSkipped: 3,
      retries: 4,
      errorsLogged: 5,
      deadLetterQueueRequests: 6,
      deadLetterQueueFailures: 7,
      lastErrorMs: 1_700_000_000_000,
    };
    const tasks = this.#info(name).tasks.map(id => ({ id, ...(id.task === 1 ? dead : running) }));
    const taskErrors = new Map([[0, errors]]);
    return {
      name,
      type: 'source',
      targetState,
      connector: running,
      tasks,
      taskErrors,
      unreachedWorkers: ['gone:8083'],
      outage: this.lostMembership,
    };
  }

  #check(config: ReadonlyMap<string, string>): void {
    this.#checkClass(config.get('connector.class') ?? '');
    if (config.has('file')) return;
    throw new ConfigError("Connector configuration is invalid: 'file' is missing", [
      { key: 'file', message: 'Missing required configuration "file" which has no default value.' },
    ]);
  }

  #checkClass(name: string): void {
    if (name === className || name === 'FileStream') return;
    throw new ConnectError('CONNECTOR_CLASS_UNKNOWN', `No plugin has a connector '${name}'; known are ${className}`);
  }
}
