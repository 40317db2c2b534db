import type { Clock } from '../async/clock.ts';
import type { Logger } from '../logging/logger.ts';
import type { CompactedTopic } from './compacted-topic.ts';
import { maxInt32 } from './kafka-client-config.ts';
import { KafkaConfigReader } from './kafka-config-reader.ts';
import { KafkaCompactedLog } from './kafka-compacted-log.ts';
import { createRecordFetcher } from './kafka-record-fetcher.ts';
import { createRecordProducer } from './record-producer.ts';
import type { TopicAdmin } from './topic-admin.ts';
import type { WriteFence } from './write-fence.ts';

/** What a log of one of the worker's internal topics is made from. */
export interface CompactedLogSettings {
  readonly topic: CompactedTopic;
  /** The worker's own client settings: its keys without prefix, `bootstrap.servers` among them. */
  readonly config: ReadonlyMap<string, string>;
  /** `client.id` of producer and fetcher, such as `connect-cluster-configs`. */
  readonly clientId: string;
  /** Whether records of open transactions wait, and those of aborted ones are left out. */
  readonly isReadCommitted: boolean;
  /** Whether the producer tries for ever; otherwise it gives a record up at its first failure, and its user looks further. */
  readonly retriesSends: boolean;
  /** Asked before each record is sent; not given, all may be sent. */
  readonly fence?: WriteFence;
  /** Stays its owner's. */
  readonly admin: TopicAdmin;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Most bytes of one fetch unless the worker says otherwise: a large topic is read in slices that leave others their turn. */
const fetchBytes = '4194304';

/**
 * Makes the log of an internal topic, with clients as Kafka Connect's: acks=all, one request in flight so that order holds, no
 * idempotence, for which old brokers want a permission. Connects to nobody before it is started.
 *
 * @throws {ConfigError} with every wrong key.
 * @see `KafkaBasedLog#createProducer`, `#createConsumer` in Kafka Connect.
 */
export function createCompactedLog(settings: CompactedLogSettings): KafkaCompactedLog {
  const { topic, config, clientId, isReadCommitted, retriesSends, fence, admin, clock, log } = settings;
  const reader = new KafkaConfigReader(config);
  const creationTimeoutMs = reader.integer('default.api.timeout.ms', { fallback: 60_000, min: 0, max: maxInt32 });
  reader.throwIfInvalid('internal topic');
  const producer = createRecordProducer({
    config: new Map([
      ['linger.ms', '0'],
      ...config,
      ['client.id', clientId],
      ['acks', 'all'],
      ['enable.idempotence', 'false'],
      ['max.in.flight.requests.per.connection', '1'],
      ...(retriesSends ? ([['delivery.timeout.ms', String(maxInt32)]] as const) : ([['retries', '0']] as const)),
    ]),
    fence,
    clock,
    log,
  });
  const fetcher = createRecordFetcher({
    config: new Map([
      ['fetch.max.bytes', fetchBytes],
      ...config,
      ['client.id', clientId],
      ['auto.offset.reset', 'earliest'],
      ['isolation.level', isReadCommitted ? 'read_committed' : 'read_uncommitted'],
    ]),
    clock,
    log,
  });
  return new KafkaCompactedLog({ topic, producer, fetcher, admin, creationTimeoutMs, clock, log });
}
