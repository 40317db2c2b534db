import { connectorAdminConfig, sinkConsumerConfig } from '../config/client-configs.ts';
import type { ConfigMap, ParsedConfig } from '../config/parsed-config.ts';
import { ConnectError, RequestError, type FieldViolation } from '../errors/connect-error.ts';
import type { GroupAdmin } from '../kafka/group-admin.ts';
import type { TopicAdmin } from '../kafka/topic-admin.ts';
import type { SinkPartitionOffset } from './connector-offsets.ts';

/** What reaching the groups of sink connectors needs. */
export interface SinkOffsetsOptions {
  readonly workerConfig: ParsedConfig;
  /** Clients with these settings; closed after use. */
  readonly openGroupAdmin: (config: ConfigMap) => GroupAdmin;
  readonly openTopicAdmin: (config: ConfigMap) => TopicAdmin;
}

/** A sink connector whose group is meant. */
export interface SinkConnectorRef {
  readonly name: string;
  /** References to config providers resolved. */
  readonly config: ConfigMap;
}

/** Offsets of sink connectors: those of the consumer group of their tasks, wherever the connector's settings say that it is. */
export class SinkOffsets {
  readonly #options: SinkOffsetsOptions;

  constructor(options: SinkOffsetsOptions) {
    this.#options = options;
  }

  /** Committed offsets of the connector's group, by topic and partition; none while the group does not exist. */
  async read(connector: SinkConnectorRef): Promise<readonly SinkPartitionOffset[]> {
    const groupId = this.#groupId(connector);
    const topics = await this.#withGroups(connector, groups => groups.groupOffsets(groupId));
    const offsets = [...topics].flatMap(([topic, partitions]) =>
      [...partitions].map(([partition, offset]) => ({ topic, partition, offset })),
    );
    return offsets.sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1));
  }

  /** @throws {RequestError} with every partition that comes twice, or does not exist and is to have an offset. */
  async check(connector: SinkConnectorRef, offsets: readonly SinkPartitionOffset[]): Promise<void> {
    const violations = findRepeated(offsets);
    const names = [...new Set(offsets.flatMap(({ topic, offset }) => (offset === null ? [] : [topic])))];
    const topics = this.#options.openTopicAdmin(this.#adminConfig(connector));
    try {
      const described = await topics.describeTopics(names);
      const counts = new Map(
        described.flatMap(topic => {
          if (topic.kind === 'forbidden') return [];
          return [[topic.name, topic.kind === 'missing' ? 0 : topic.partitionCount]];
        }),
      );
      violations.push(...findMissing(offsets, counts));
    } finally {
      await topics.close();
    }
    if (violations.length > 0) throw new RequestError(violations);
  }

  /**
   * Alters the offsets of the group, which must have no members.
   *
   * @throws {ConnectError} SINK_TASKS_LINGER when it has.
   */
  async alter(connector: SinkConnectorRef, offsets: readonly SinkPartitionOffset[]): Promise<void> {
    const groupId = this.#groupId(connector);
    const toCommit = offsets.flatMap(({ offset, ...at }) => (offset === null ? [] : [{ ...at, offset }]));
    const toForget = offsets.filter(({ offset }) => offset === null);
    await this.#modify(connector, 'alter', async groups => {
      await groups.alterGroupOffsets(groupId, toCommit);
      await groups.deleteGroupOffsets(groupId, toForget);
    });
  }

  /**
   * Deletes the group, which must have no members; it need not exist.
   *
   * @throws {ConnectError} SINK_TASKS_LINGER when it has.
   */
  async reset(connector: SinkConnectorRef): Promise<void> {
    const groupId = this.#groupId(connector);
    await this.#modify(connector, 'reset', groups => groups.deleteGroup(groupId));
  }

  async #modify(
    connector: SinkConnectorRef,
    verb: 'alter' | 'reset',
    work: (groups: GroupAdmin) => Promise<void>,
  ): Promise<void> {
    try {
      await this.#withGroups(connector, work);
    } catch (error) {
      const hasMembers = error instanceof ConnectError && error.code === 'KAFKA_GROUP_NOT_EMPTY';
      throw hasMembers ? tasksLinger(connector.name, verb, error) : error;
    }
  }

  async #withGroups<T>(connector: SinkConnectorRef, work: (groups: GroupAdmin) => Promise<T>): Promise<T> {
    const groups = this.#options.openGroupAdmin(this.#adminConfig(connector));
    try {
      return await work(groups);
    } finally {
      await groups.close();
    }
  }

  #adminConfig({ name, config }: SinkConnectorRef): ConfigMap {
    return connectorAdminConfig({ worker: this.#options.workerConfig, connectorName: name, connectorConfig: config });
  }

  /** Group of the connector's tasks, as they find it themselves. */
  #groupId({ name, config }: SinkConnectorRef): string {
    const owner = { worker: this.#options.workerConfig, connectorName: name, connectorConfig: config, task: 0 };
    return sinkConsumerConfig(owner).get('group.id') ?? '';
  }
}

function findRepeated(offsets: readonly SinkPartitionOffset[]): FieldViolation[] {
  const indexes = new Map<string, number>();
  return offsets.flatMap(({ topic, partition }, index) => {
    const name = `${topic}-${partition}`;
    const earlier = indexes.get(name);
    if (earlier !== undefined)
      return [{ key: `sink[${index}].partition`, message: `is that of sink[${earlier}] again` }];
    indexes.set(name, index);
    return [];
  });
}

/** @param partitionCounts by topic; 0 for one that does not exist, none for one that nothing is known of. */
function findMissing(
  offsets: readonly SinkPartitionOffset[],
  partitionCounts: ReadonlyMap<string, number>,
): FieldViolation[] {
  return offsets.flatMap(({ topic, partition, offset }, index) => {
    const count = partitionCounts.get(topic);
    if (offset === null || count === undefined || partition < count) return [];
    if (count === 0) return [{ key: `sink[${index}].topic`, message: `names topic '${topic}', which does not exist` }];
    const message = `is ${partition}, but topic '${topic}' has ${count} partitions, numbered from 0`;
    return [{ key: `sink[${index}].partition`, message }];
  });
}

function tasksLinger(name: string, verb: 'alter' | 'reset', cause: ConnectError): ConnectError {
  const message =
    `Failed to ${verb} consumer group offsets for connector ${name} either because its tasks haven't stopped completely yet or ` +
    `the connector was resumed before the request to ${verb} its offsets could be successfully completed. If the connector is in ` +
    "a stopped state, this operation can be safely retried. If it doesn't eventually succeed, the Connect cluster may need to be " +
    'restarted to get rid of the zombie sink tasks.';
  return new ConnectError('SINK_TASKS_LINGER', message, { details: { connector: name }, cause });
}
