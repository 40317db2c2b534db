/** A topic to create. */
export interface NewTopic {
  readonly name: string;
  /** -1: the broker's default. */
  readonly partitions: number;
  /** -1: the broker's default. */
  readonly replicationFactor: number;
  /** Topic settings under Kafka's keys, such as `cleanup.policy`. */
  readonly settings: ReadonlyMap<string, string>;
}

/** What is known of one topic that was asked for. */
export type TopicDescription =
  | {
      readonly kind: 'found';
      readonly name: string;
      readonly isInternal: boolean;
      readonly partitionCount: number;
      /** Replicas of its first partition. */
      readonly replicationFactor: number;
    }
  | { readonly kind: 'missing'; readonly name: string }
  /** It may exist or not: the broker does not tell this principal. */
  | { readonly kind: 'forbidden'; readonly name: string };

/** Looks after topics. Calls retry what passes within `default.api.timeout.ms`. */
export interface TopicAdmin {
  /**
   * Creates topics, and returns when they can be used.
   *
   * @returns names of those that were created; the others existed.
   * @throws {ConnectError} KAFKA_REQUEST_FAILED (a setting or the replication factor is refused), KAFKA_AUTHORIZATION,
   * KAFKA_UNAVAILABLE. Some topics may have been created then.
   */
  createTopics(topics: readonly NewTopic[]): Promise<readonly string[]>;
  /** Describes topics, in the order asked for. */
  describeTopics(names: readonly string[]): Promise<readonly TopicDescription[]>;
  /**
   * A topic's settings, defaults included, under Kafka's keys.
   *
   * @throws {ConnectError} also KAFKA_TOPIC_MISSING.
   */
  topicSettings(name: string): Promise<ReadonlyMap<string, string>>;
  /**
   * Of every partition of a topic, the offset of its first record or the one after its last replicated record, decided by its
   * transaction or not.
   *
   * @throws {ConnectError} also KAFKA_TOPIC_MISSING.
   */
  partitionOffsets(name: string, edge: 'earliest' | 'latest'): Promise<ReadonlyMap<number, number>>;
  /** Names of all topics that this principal may see. */
  listTopics(): Promise<readonly string[]>;
  /** The cluster's id; null when the broker has none. */
  clusterId(): Promise<string | null>;
  close(): Promise<void>;
}
