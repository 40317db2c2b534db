import type { Clock } from '../async/clock.ts';
import { ConnectError } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import { AdminClient, readAdminClient, type AdminClientOptions } from './admin-client.ts';
import { Cluster } from './cluster.ts';
import { fromKafkaErrorCode, KafkaError } from './error-map.ts';
import { groupByTopic } from './group-by-topic.ts';
import type { GroupAdmin, GroupOffset } from './group-admin.ts';
import { CoordinatorError, GroupCoordinator, GroupErrorCode } from './group-coordinator.ts';
import type { KafkajsBroker } from './kafkajs-calls.ts';
import { kafkajsErrorCode } from './kafkajs-error-map.ts';
import { offsetDeleteApi } from './offset-delete-api.ts';
import { nameOf, type TopicPartition } from './record-fetcher.ts';

/** What a client says that commits for a group without being a member of it. */
const noMember = { groupGenerationId: -1, memberId: '' } as const;

/**
 * Makes an admin client for groups from Kafka's admin keys.
 *
 * @throws {ConfigError} with every wrong key.
 */
export function createGroupAdmin(options: {
  readonly config: ReadonlyMap<string, string>;
  readonly clock: Clock;
  readonly log: Logger;
}): KafkaGroupAdmin {
  const { clock, log } = options;
  return new KafkaGroupAdmin({ ...readAdminClient(options.config), clock, log });
}

/** {@link GroupAdmin} on kafkajs, and on {@link Cluster} for the one request that kafkajs does not have. */
export class KafkaGroupAdmin implements GroupAdmin {
  readonly #options: AdminClientOptions;
  readonly #client: AdminClient;
  readonly #cluster: Cluster;

  constructor(options: AdminClientOptions) {
    const { client, clock, log } = options;
    this.#options = options;
    this.#client = new AdminClient(options);
    this.#cluster = new Cluster({ config: client, clock, log });
  }

  async groupOffsets(groupId: string): Promise<ReadonlyMap<string, ReadonlyMap<number, number>>> {
    // No topics means all of them.
    const answers = await this.#askCoordinator(groupId, `Reading offsets of group '${groupId}'`, broker =>
      broker.offsetFetch({ groupId, topics: [] }),
    );
    const offsets = new Map<string, ReadonlyMap<number, number>>();
    for (const { topic, partitions } of answers.responses) {
      const committed = partitions.filter(one => Number(one.offset) >= 0);
      offsets.set(topic, new Map(committed.map(({ partition, offset }) => [partition, Number(offset)])));
    }
    return offsets;
  }

  async alterGroupOffsets(groupId: string, offsets: readonly GroupOffset[]): Promise<void> {
    if (offsets.length === 0) return;
    const doing = `Altering offsets of group '${groupId}'`;
    const topics = groupByTopic(offsets, ({ partition, offset }) => ({
      partition,
      offset: String(offset),
      metadata: '',
    }));
    try {
      await this.#askCoordinator(groupId, doing, broker => broker.offsetCommit({ groupId, ...noMember, topics }));
    } catch (error) {
      // Only members may commit while there are any; who is none is told that its member id is unknown.
      const isMissed = error instanceof CoordinatorError && error.kafkaCode === GroupErrorCode.UNKNOWN_MEMBER_ID;
      throw isMissed ? notEmpty(doing, error) : error;
    }
  }

  async deleteGroupOffsets(groupId: string, partitions: readonly TopicPartition[]): Promise<void> {
    if (partitions.length === 0) return;
    const doing = `Deleting offsets of group '${groupId}'`;
    await this.#client.retry(doing, async () => {
      const nodeId = await this.#withCoordinator(groupId, doing, async broker => broker.nodeId);
      const connection = await this.#cluster.connection(nodeId);
      const answer = await this.#cluster.send(connection, offsetDeleteApi, { groupId, partitions });
      if (answer.errorCode === KafkaError.GROUP_ID_NOT_FOUND) return;
      if (answer.errorCode !== KafkaError.NONE) throw fromKafkaErrorCode(answer.errorCode, doing);
      for (const { errorCode, ...partition } of answer.partitions) {
        // Of a topic that is gone there is no offset to forget.
        if (errorCode === KafkaError.NONE || errorCode === KafkaError.UNKNOWN_TOPIC_OR_PARTITION) continue;
        throw fromKafkaErrorCode(errorCode, `${doing} in '${nameOf(partition)}'`);
      }
    });
  }

  async deleteGroup(groupId: string): Promise<void> {
    await this.#client.onKafkajs(`Deleting group '${groupId}'`, async admin => {
      try {
        await admin.deleteGroups([groupId]);
      } catch (error) {
        if (kafkajsErrorCode(error) !== KafkaError.GROUP_ID_NOT_FOUND) throw error;
      }
    });
  }

  async close(): Promise<void> {
    this.#client.close();
    await this.#cluster.close();
  }

  #askCoordinator<T>(groupId: string, doing: string, work: (broker: KafkajsBroker) => Promise<T>): Promise<T> {
    return this.#client.retry(doing, () => this.#withCoordinator(groupId, doing, work));
  }

  /** Makes one attempt. A topic that does not exist is no error that passes. */
  async #withCoordinator<T>(groupId: string, doing: string, work: (broker: KafkajsBroker) => Promise<T>): Promise<T> {
    const { client, log } = this.#options;
    const coordinator = new GroupCoordinator({ client, groupId, log });
    try {
      return await coordinator.call(doing, work);
    } catch (error) {
      if (!(error instanceof CoordinatorError)) throw error;
      if (error.kafkaCode !== GroupErrorCode.UNKNOWN_TOPIC_OR_PARTITION) throw error;
      throw new ConnectError('KAFKA_TOPIC_MISSING', error.message, { details: error.details, cause: error });
    } finally {
      coordinator.close();
    }
  }
}

function notEmpty(doing: string, cause: ConnectError): ConnectError {
  return new ConnectError('KAFKA_GROUP_NOT_EMPTY', `${doing} failed: the group has members`, {
    details: cause.details,
    cause,
  });
}
