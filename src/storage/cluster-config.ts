import type { ConnectorTaskId } from '../data/connector-task-id.ts';
import type { ConnectorEntry } from './connector-entry.ts';
import type { ConnectorConfig, SessionKey } from './config-store.ts';
import type { TargetState } from './states.ts';

/**
 * What is wanted of the cluster, at one point of the config topic. Immutable: what is read later makes a new one.
 *
 * @see `ClusterConfigState` in Kafka Connect.
 */
export class ClusterConfig {
  /**
   * The config offset, which workers compare to learn whether they know the same: that of the last record that could be decoded,
   * plus one. -1 when there was none. Transaction markers and garbage do not count, so a log's own position may be ahead of it.
   */
  readonly offset: number;
  /** Key that workers sign their requests to each other with; null before the first leader has made one. */
  readonly sessionKey: SessionKey | null;
  readonly #entries: ReadonlyMap<string, ConnectorEntry>;

  constructor(options: {
    readonly offset: number;
    readonly sessionKey: SessionKey | null;
    readonly entries: ReadonlyMap<string, ConnectorEntry>;
  }) {
    this.offset = options.offset;
    this.sessionKey = options.sessionKey;
    this.#entries = options.entries;
  }

  /** Names of all connectors, sorted. */
  connectors(): readonly string[] {
    return [...this.#entries].flatMap(([name, entry]) => (entry.config === null ? [] : [name])).sort();
  }

  contains(connector: string): boolean {
    return this.connectorConfig(connector) !== null;
  }

  /** Null if there is no such connector. */
  connectorConfig(connector: string): ConnectorConfig | null {
    return this.#entries.get(connector)?.config ?? null;
  }

  /** The configuration that the present task configurations were made from; null before the first of them. */
  appliedConnectorConfig(connector: string): ConnectorConfig | null {
    return this.#entries.get(connector)?.appliedConfig ?? null;
  }

  /** STARTED unless another was asked for. */
  targetState(connector: string): TargetState {
    return this.#entries.get(connector)?.targetState ?? 'STARTED';
  }

  /** How many tasks the last commit counted, whether their configurations are all there or not. */
  taskCount(connector: string): number {
    return this.#entries.get(connector)?.taskCount ?? 0;
  }

  /** Tasks by number; none while the connector is inconsistent. */
  tasks(connector: string): readonly ConnectorTaskId[] {
    const count = this.isInconsistent(connector) ? 0 : this.taskCount(connector);
    return Array.from({ length: count }, (_, task) => ({ connector, task }));
  }

  /** Null if there is no such task. */
  taskConfig(id: ConnectorTaskId): ConnectorConfig | null {
    return this.#entries.get(id.connector)?.taskConfigs.get(id.task) ?? null;
  }

  /** Configurations of {@link tasks}. */
  taskConfigs(connector: string): readonly ConnectorConfig[] {
    return this.tasks(connector).flatMap(id => this.taskConfig(id) ?? []);
  }

  /** How many producers of the connector's tasks may exist; null when that was never written down. */
  taskCountRecord(connector: string): number | null {
    return this.#entries.get(connector)?.taskCountRecord ?? null;
  }

  /** How often its task configurations were replaced since this worker began to read, from 0; null when never. */
  taskConfigGeneration(connector: string): number | null {
    return this.#entries.get(connector)?.taskConfigGeneration ?? null;
  }

  /** Task configurations came after the last task count record: zombies must be fenced before these tasks start. */
  isPendingFencing(connector: string): boolean {
    return this.#entries.get(connector)?.isPendingFencing ?? false;
  }

  /**
   * The last commit counted tasks whose configurations are not all there, because compaction removed them or their writer died. Its
   * owner has to publish them again.
   */
  isInconsistent(connector: string): boolean {
    return this.#entries.get(connector)?.isInconsistent ?? false;
  }

  /** Names of inconsistent connectors, sorted. */
  inconsistentConnectors(): readonly string[] {
    return [...this.#entries.keys()].filter(name => this.isInconsistent(name)).sort();
  }

  /** What may be logged of it: neither the session key nor configurations (I9). */
  toJSON(): { readonly offset: number; readonly connectors: readonly string[] } {
    return { offset: this.offset, connectors: this.connectors() };
  }
}
