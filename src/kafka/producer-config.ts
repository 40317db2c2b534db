/**
 * A producer's settings, under Kafka's own keys and with Kafka 4's defaults (`ProducerConfig`).
 */

import { compressionTypes, type CompressionLevels, type CompressionType } from './compression.ts';
import { maxInt32, readKafkaClientConfig, type KafkaClientConfig } from './kafka-client-config.ts';
import { KafkaConfigReader } from './kafka-config-reader.ts';

/** Settings of a producer. Times are milliseconds. */
export interface ProducerConfig {
  readonly client: KafkaClientConfig;
  /** `acks`: -1 for all in-sync replicas, 1 for the leader, 0 for no answer at all. */
  readonly acks: -1 | 0 | 1;
  /** `enable.idempotence`. */
  readonly isIdempotent: boolean;
  /** `linger.ms`: how long a batch that is not full waits for more. */
  readonly lingerMs: number;
  /** `batch.size`: from this size on, a batch waits no longer. */
  readonly batchBytes: number;
  /**
   * What a batch may grow to while it cannot be sent because enough requests are unanswered. Equals {@link batchBytes} when
   * `batch.size` is set: then that is a promise about the batches' size. Left to its default, it is only a threshold.
   */
  readonly batchBytesMax: number;
  /** `buffer.memory`. */
  readonly bufferMemoryBytes: number;
  /** `max.request.size`: largest record, and largest request but for a single batch. */
  readonly maxRequestBytes: number;
  /** `compression.type`, `compression.gzip.level`, `compression.zstd.level`. */
  readonly compressionType: CompressionType;
  readonly compressionLevels: CompressionLevels;
  /** `retries`: how often a batch may be sent again within its delivery timeout. */
  readonly retries: number;
  /** `delivery.timeout.ms`: from append to the end of the last try. */
  readonly deliveryTimeoutMs: number;
  /** `max.block.ms`: how long to wait for a topic's metadata. */
  readonly maxBlockMs: number;
  /** `max.in.flight.requests.per.connection`. */
  readonly maxInFlightRequests: number;
  /** `partitioner.ignore.keys`: records with keys are spread like those without. */
  readonly ignoresKeys: boolean;
  /** Keys that were given and have no effect here. */
  readonly ignoredKeys: readonly string[];
}

/** What a batch grows to under load when `batch.size` is left to its default. */
const adaptiveBatchBytes = 512 * 1024;

/** More requests than these in flight and the broker cannot tell duplicates any more (KAFKA-5494). */
const maxInFlightWithIdempotence = 5;

/**
 * Reads a producer's settings. Kafka's producer keys that mean nothing here are accepted: serializers, metrics, socket buffers.
 *
 * @throws {ConfigError} with every wrong key.
 */
export function parseProducerConfig(config: ReadonlyMap<string, string>): ProducerConfig {
  const reader = new KafkaConfigReader(config);
  rejectUnsupported(reader);
  const client = readKafkaClientConfig(reader, { defaultClientId: 'millrace-producer' });
  const lingerMs = reader.integer('linger.ms', { fallback: 5, min: 0 });
  const maxRequestBytes = reader.integer('max.request.size', { fallback: 1_048_576, min: 1, max: maxInt32 });
  const givenBatchBytes = reader.text('batch.size') !== undefined;
  const batchBytes = reader.integer('batch.size', { fallback: 16_384, min: 0, max: maxInt32 });
  const batchBytesMax = givenBatchBytes
    ? batchBytes
    : Math.max(batchBytes, Math.min(adaptiveBatchBytes, maxRequestBytes));
  const settings = {
    client,
    lingerMs,
    batchBytes,
    batchBytesMax,
    bufferMemoryBytes: reader.integer('buffer.memory', { fallback: 33_554_432, min: 0 }),
    maxRequestBytes,
    compressionType: reader.oneOf('compression.type', compressionTypes, 'none'),
    compressionLevels: readCompressionLevels(reader),
    deliveryTimeoutMs: readDeliveryTimeout(reader, lingerMs + client.requestTimeoutMs),
    maxBlockMs: reader.integer('max.block.ms', { fallback: 60_000, min: 0 }),
    ignoresKeys: reader.boolean('partitioner.ignore.keys', false),
    ...readGuarantees(reader),
  };
  reader.throwIfInvalid('producer');
  return { ...settings, ignoredKeys: reader.unreadKeys() };
}

function readCompressionLevels(reader: KafkaConfigReader): CompressionLevels {
  const gzip = reader.integer('compression.gzip.level', { fallback: -1, min: -1, max: 9 });
  if (gzip === 0) reader.reject('compression.gzip.level', '0', 'must be -1 or from 1 to 9');
  return { gzip, zstd: reader.integer('compression.zstd.level', { fallback: 3, min: -131_072, max: 22 }) };
}

function readDeliveryTimeout(reader: KafkaConfigReader, leastMs: number): number {
  const key = 'delivery.timeout.ms';
  const text = reader.text(key);
  const timeoutMs = reader.integer(key, { fallback: Math.max(120_000, leastMs), min: 0, max: maxInt32 });
  if (text !== undefined && timeoutMs < leastMs) {
    reader.reject(key, text, `must be at least linger.ms + request.timeout.ms, which are ${leastMs} ms`);
  }
  return timeoutMs;
}

/**
 * `acks`, `retries`, `max.in.flight.requests.per.connection` and `enable.idempotence`, which depend on each other: idempotence that
 * was asked for contradicts weaker settings; idempotence by default gives way to them (as `ProducerConfig#postProcessAndValidateIdempotenceConfigs`).
 */
function readGuarantees(
  reader: KafkaConfigReader,
): Pick<ProducerConfig, 'acks' | 'retries' | 'maxInFlightRequests' | 'isIdempotent'> {
  const acksText = reader.oneOf('acks', ['all', '-1', '1', '0'], 'all');
  const acks = acksText === '1' ? 1 : acksText === '0' ? 0 : -1;
  const retries = reader.integer('retries', { fallback: maxInt32, min: 0, max: maxInt32 });
  const inFlightKey = 'max.in.flight.requests.per.connection';
  const maxInFlightRequests = reader.integer(inFlightKey, { fallback: 5, min: 1, max: 500 });
  const isAskedFor = reader.text('enable.idempotence') !== undefined;
  const isWanted = reader.boolean('enable.idempotence', true);
  const isPossible = acks === -1 && retries > 0 && maxInFlightRequests <= maxInFlightWithIdempotence;
  if (isWanted && isAskedFor && !isPossible) {
    const remedy = 'contradicts enable.idempotence=true, which needs';
    if (acks !== -1) reader.reject('acks', acksText, `${remedy} acks=all`);
    if (retries === 0) reader.reject('retries', '0', `${remedy} retries above 0`);
    if (maxInFlightRequests > maxInFlightWithIdempotence) {
      reader.reject(inFlightKey, String(maxInFlightRequests), `${remedy} at most ${maxInFlightWithIdempotence}`);
    }
  }
  return { acks, retries, maxInFlightRequests, isIdempotent: isWanted && isPossible };
}

function rejectUnsupported(reader: KafkaConfigReader): void {
  for (const key of ['transactional.id', 'partitioner.class']) {
    const value = reader.text(key);
    if (value !== undefined && value !== '') reader.reject(key, value, 'is not supported; leave it out');
  }
}
