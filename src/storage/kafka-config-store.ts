import { abortable } from '../async/abortable.ts';
import type { Clock } from '../async/clock.ts';
import { SerialLoop } from '../async/serial-loop.ts';
import { withTimeLimit } from '../async/time-limit.ts';
import { ConnectError, toConnectError } from '../errors/connect-error.ts';
import type { CompactedLog, LogRecord } from '../kafka/compacted-log.ts';
import type { Logger } from '../logging/logger.ts';
import { ClusterConfigBuilder } from './cluster-config-builder.ts';
import type { ClusterConfig } from './cluster-config.ts';
import { parseConfigRecord, writeConfigRecord, type ConfigRecord } from './config-records.ts';
import type {
  ConfigListener,
  ConfigStore,
  ConfigStoreStart,
  ConnectorConfig,
  RestartRequest,
  SessionKey,
} from './config-store.ts';
import type { TargetState } from './states.ts';

/** Longest that one write may take, with all its steps. */
const writeTimeoutMs = 30_000;

/**
 * The config topic of a cluster. It has one partition, so that all workers see the same records in the same order, and
 * is compacted; what compaction can do to a set of records is dealt with in `connector-entry.ts`.
 *
 * A write has steps, each of which is acknowledged before the next; the read to the end between a set of task records and its commit
 * sees that nobody else is writing there meanwhile, for which there is no guard but that only the leader does (I4).
 *
 * @see `KafkaConfigBackingStore` in Kafka Connect.
 */
export class KafkaConfigStore implements ConfigStore {
  readonly #topic: CompactedLog;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #builder = new ClusterConfigBuilder();
  /** One write after the other, so that their steps never mix. */
  readonly #writes = new SerialLoop('config store');
  #listener: ConfigListener = () => undefined;
  #isStarted = false;

  /** @param options `topic`: the log of `config.storage.topic`, not started. It becomes the store's own. */
  constructor(options: { readonly topic: CompactedLog; readonly clock: Clock; readonly log: Logger }) {
    this.#topic = options.topic;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** @throws {ConfigError} the topic is not compacted, or has more than one partition. */
  async start(options: ConfigStoreStart = {}): Promise<void> {
    this.#listener = options.listener ?? this.#listener;
    await this.#topic.start(record => this.#take(record), options.signal ?? new AbortController().signal);
    this.#isStarted = true;
  }

  snapshot(): ClusterConfig {
    return this.#builder.snapshot;
  }

  async refresh(signal: AbortSignal): Promise<void> {
    await this.#topic.readToEnd(signal);
  }

  connectorNames(): readonly string[] {
    return this.snapshot().connectors();
  }

  connectorConfig(connector: string): ConnectorConfig | null {
    return this.snapshot().connectorConfig(connector);
  }

  targetState(connector: string): TargetState {
    return this.snapshot().targetState(connector);
  }

  taskConfigs(connector: string): readonly ConnectorConfig[] {
    return this.snapshot().taskConfigs(connector);
  }

  async putConnectorConfig(connector: string, config: ConnectorConfig, initialState?: TargetState): Promise<void> {
    const records: ConfigRecord[] = [{ kind: 'connector', connector, config }];
    if (initialState !== undefined) records.unshift({ kind: 'target-state', connector, state: initialState });
    await this.#write(`Writing connector '${connector}'`, signal => this.#publish(records, signal));
  }

  async removeConnectorConfig(connector: string): Promise<void> {
    await this.#write(`Deleting connector '${connector}'`, async signal => {
      if (!(await this.#isKnown(connector, signal))) return;
      const records: ConfigRecord[] = [
        { kind: 'connector', connector, config: null },
        { kind: 'target-state', connector, state: null },
      ];
      await this.#publish(records, signal);
    });
  }

  async putTaskConfigs(connector: string, configs: readonly ConnectorConfig[]): Promise<void> {
    await this.#write(`Writing task configurations of connector '${connector}'`, async signal => {
      await this.refresh(signal);
      // Readers drop task records of a connector that they do not know, so there is no use in writing them.
      if (!this.snapshot().contains(connector)) return;
      const tasks = configs.map((config, task): ConfigRecord => ({ kind: 'task', connector, task, config }));
      if (tasks.length > 0) await this.#publish(tasks, signal);
      await this.#publish([{ kind: 'commit', connector, taskCount: configs.length }], signal);
    });
  }

  async putTargetState(connector: string, state: TargetState): Promise<void> {
    await this.#write(`Writing the target state of connector '${connector}'`, async signal => {
      if (!(await this.#isKnown(connector, signal))) return;
      await this.#publish([{ kind: 'target-state', connector, state }], signal);
    });
  }

  async putTaskCountRecord(connector: string, taskCount: number): Promise<void> {
    await this.#write(`Writing the task count record of connector '${connector}'`, signal =>
      this.#publish([{ kind: 'task-count', connector, taskCount }], signal),
    );
  }

  async putSessionKey(sessionKey: SessionKey): Promise<void> {
    await this.#write('Writing a session key', signal => this.#publish([{ kind: 'session-key', sessionKey }], signal));
  }

  async putRestartRequest(request: RestartRequest): Promise<void> {
    await this.#write(`Writing a restart request for connector '${request.connector}'`, signal =>
      this.#publish([{ kind: 'restart', request }], signal),
    );
  }

  async putLoggerLevel(namespace: string, level: string): Promise<void> {
    await this.#write(`Writing the level of logger '${namespace}'`, signal =>
      this.#publish([{ kind: 'logger-level', namespace, level }], signal),
    );
  }

  async close(): Promise<void> {
    await Promise.all([this.#writes.close(), this.#topic.close()]);
  }

  #take(record: LogRecord): void {
    const parsed = parseConfigRecord(record.key, record.value);
    if (parsed.kind === 'undecodable' || parsed.kind === 'ignored') {
      const { offset } = record;
      this.#log.error({ offset, reason: parsed.reason }, 'A record of the config topic is ignored');
      if (parsed.kind === 'ignored') this.#builder.count(offset);
      return;
    }
    const updates = this.#builder.apply(parsed, record.offset);
    if (!this.#isStarted) return;
    for (const update of updates) this.#listener(update);
  }

  /** Looks again before it says no: another worker may have created the connector just now. */
  async #isKnown(connector: string, signal: AbortSignal): Promise<boolean> {
    if (!this.snapshot().contains(connector)) await this.refresh(signal);
    return this.snapshot().contains(connector);
  }

  /** One step: the records are durable and read. */
  async #publish(records: readonly ConfigRecord[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const sends = records.map(record => {
      const { key, value } = writeConfigRecord(record);
      return this.#topic.send(key, value);
    });
    await abortable(Promise.all(sends), signal, () => toConnectError(signal.reason));
    await this.refresh(signal);
  }

  /** Runs the steps of a write within its time, the wait for its turn included. After that no further step is begun. */
  async #write(doing: string, steps: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const message = `${doing} to the config topic was not done within ${writeTimeoutMs} ms; it may be done yet`;
    const onTimeout = (): Error => new ConnectError('DEADLINE_EXCEEDED', message);
    await withTimeLimit(this.#clock, { timeoutMs: writeTimeoutMs, onTimeout }, signal =>
      this.#writes.run(() => steps(signal)),
    );
  }
}
