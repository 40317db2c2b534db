/**
 * The Fetch request in version 11 (Kafka 2.3 and later), without a fetch session. The records stay as they came: the client library
 * would make an object of each.
 *
 * ```
 * Request  => replica_id max_wait_ms min_bytes max_bytes isolation_level session_id session_epoch [topics] [forgotten] rack_id
 *   topics => topic [partition current_leader_epoch fetch_offset log_start_offset partition_max_bytes]
 * Response => throttle_time_ms error_code session_id [topics]
 *   topics => topic [partition_index error_code high_watermark last_stable_offset log_start_offset [aborted]
 *                    preferred_read_replica records]
 *     aborted => producer_id first_offset
 * ```
 */

import { createAPI, Writer, type Reader } from '@platformatic/kafka';
import type { AbortedTransaction } from './aborted-transactions.ts';
import { ProtocolReader } from './protocol-reader.ts';

/** One partition to fetch. */
export interface FetchPartition {
  readonly topic: string;
  readonly partition: number;
  /** -1 when not known. */
  readonly leaderEpoch: number;
  readonly offset: number;
}

/** What a fetch asks for. */
export interface FetchQuery {
  readonly maxWaitMs: number;
  readonly minBytes: number;
  /** Of the whole response; the first batch comes even if it alone is larger. */
  readonly maxBytes: number;
  readonly partitionMaxBytes: number;
  readonly isReadCommitted: boolean;
  /** The broker fills the response in this order until it is full. */
  readonly partitions: readonly FetchPartition[];
}

/** What a broker sent for one partition. Its records lie in {@link FetchAnswer.buffer}. */
export interface FetchedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: number;
  readonly logStartOffset: number;
  readonly abortedTransactions: readonly AbortedTransaction[];
  readonly recordsStart: number;
  readonly recordsEnd: number;
}

/** A broker's answer to a fetch. */
export interface FetchAnswer {
  readonly throttleMs: number;
  readonly errorCode: number;
  readonly buffer: Buffer;
  readonly partitions: readonly FetchedPartition[];
}

/** Fetches from the leader of the partitions. */
export const fetchApi = createAPI<[query: FetchQuery], FetchAnswer>(
  1,
  11,
  createFetchRequest,
  // The library hands out a chain of the socket's chunks. One contiguous copy is far cheaper than indexing into the chain.
  (_correlationId, _apiKey, _apiVersion, reader: Reader) => parseFetchResponse(reader.buffer.slice(reader.position)),
  false,
  false,
);

function createFetchRequest(query: FetchQuery): Writer {
  const byTopic = new Map<string, FetchPartition[]>();
  for (const one of query.partitions) {
    const known = byTopic.get(one.topic);
    if (known === undefined) byTopic.set(one.topic, [one]);
    else known.push(one);
  }
  return Writer.create()
    .appendInt32(-1)
    .appendInt32(query.maxWaitMs)
    .appendInt32(query.minBytes)
    .appendInt32(query.maxBytes)
    .appendInt8(query.isReadCommitted ? 1 : 0)
    .appendInt32(0)
    .appendInt32(-1)
    .appendArray(
      [...byTopic],
      (writer, [topic, partitions]) => {
        writer.appendString(topic, false).appendArray(
          partitions,
          (w, one) => {
            w.appendInt32(one.partition)
              .appendInt32(one.leaderEpoch)
              .appendInt64(BigInt(one.offset))
              .appendInt64(-1n)
              .appendInt32(query.partitionMaxBytes);
          },
          false,
          false,
        );
      },
      false,
      false,
    )
    .appendArray([], () => undefined, false, false)
    .appendString('', false);
}

/**
 * Parses a response, given without its header.
 *
 * @throws {ConnectError} KAFKA_REQUEST_FAILED when the bytes end too early.
 */
export function parseFetchResponse(buffer: Buffer): FetchAnswer {
  const reader = new ProtocolReader(buffer, 'Fetch response');
  const throttleMs = reader.int32();
  const errorCode = reader.int16();
  reader.int32();
  const topics = reader.array(() => {
    const topic = reader.string();
    return reader.array(() => parsePartition(reader, topic));
  });
  return { throttleMs, errorCode, buffer, partitions: topics.flat() };
}

function parsePartition(reader: ProtocolReader, topic: string): FetchedPartition {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const highWatermark = reader.int64();
  reader.int64();
  const logStartOffset = reader.int64();
  const abortedTransactions = reader.array(() => ({ producerId: reader.int64(), firstOffset: reader.int64() }));
  reader.int32();
  const { start, end } = reader.bytesRange();
  return {
    topic,
    partition,
    errorCode,
    highWatermark,
    logStartOffset,
    abortedTransactions,
    recordsStart: start,
    recordsEnd: end,
  };
}
