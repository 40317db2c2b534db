/** What the author of a connector implements beside its tasks. Names and duties are those of Kafka Connect's `Connector`. */
import type { ConfigDef, KeyResult } from '../config/config-def.ts';
import type { ConfigMap } from '../config/parsed-config.ts';
import type { Logger } from '../logging/logger.ts';
import type { TopicPartitionOffset } from '../wire/data-messages.ts';
import type { JsonObject } from './json-object.ts';
import type { SinkTask } from './sink-task.ts';
import type { SourceTask } from './source-task.ts';

/** The worker, as a running connector sees it. */
export interface ConnectorContext {
  /** Connector name. */
  readonly connector: string;
  readonly log: Logger;
  /** Aborts when the connector is to stop. */
  readonly signal: AbortSignal;
  /** Says that the plan is out of date: the worker asks {@link Connector.taskConfigs} again. Does not block. */
  requestTaskReconfiguration(reason?: string): void;
  /** Fails the connector. Does not block. */
  raiseError(error: unknown): void;
}

/** What sources and sinks have in common. One instance serves one running connector, or one call. */
export interface Connector {
  /** Keys of the connector. Must not need anything of the outside world. */
  config(): ConfigDef;
  /** Checks beyond those of {@link config}: gets what these found and returns what is to be reported. */
  validate?(config: ConfigMap, results: readonly KeyResult[]): readonly KeyResult[] | Promise<readonly KeyResult[]>;
  /** Called before anything else but {@link config} and {@link validate}. Throwing fails the connector. */
  start?(config: ConfigMap, context: ConnectorContext): void | Promise<void>;
  /** Splits the work: one configuration per task, at most `maxTasks`. */
  taskConfigs(maxTasks: number): readonly ConfigMap[] | Promise<readonly ConfigMap[]>;
  /** Frees what {@link start} took. */
  stop?(): void | Promise<void>;
}

/** What a source can promise about exactly-once delivery (KIP-618). */
export type ExactlyOnceSupport = 'SUPPORTED' | 'UNSUPPORTED';

/** A source offset that is about to be written for a source partition; a null offset forgets it. */
export interface AlteredSourceOffset {
  readonly partition: JsonObject | null;
  readonly offset: JsonObject | null;
}

/** A connector into Kafka. */
export interface SourceConnector extends Connector {
  /** Makes a task. */
  createTask(): SourceTask;
  /** What the connector promises whatever its configuration; absent: it does not say. */
  exactlyOnceSupport?(): ExactlyOnceSupport;
  /**
   * Offsets are about to be altered (KIP-875). Throwing refuses it.
   *
   * @returns true if the connector knows its offsets and has done its part; false if only the worker's own are altered.
   */
  alterOffsets?(config: ConfigMap, offsets: readonly AlteredSourceOffset[]): boolean | Promise<boolean>;
}

/** A connector out of Kafka. */
export interface SinkConnector extends Connector {
  /** Makes a task. */
  createTask(): SinkTask;
  /** As {@link SourceConnector.alterOffsets}, for the offsets of the consumer group; a null offset forgets it. */
  alterOffsets?(config: ConfigMap, offsets: readonly TopicPartitionOffset[]): boolean | Promise<boolean>;
}

interface ConnectorNames {
  /** Class name, as in `connector.class`. */
  readonly className: string;
  /** Class name of its tasks; the connector's with `Task` in place of `Connector` if not given. */
  readonly taskClassName?: string;
}

/** A connector that a plugin offers. */
export type ConnectorRegistration =
  | (ConnectorNames & { readonly type: 'source'; readonly create: () => SourceConnector })
  | (ConnectorNames & { readonly type: 'sink'; readonly create: () => SinkConnector });
