/**
 * The OffsetDelete request in version 0 (Kafka 2.4 and later), which kafkajs does not have; its answer keeps the error of each partition.
 *
 * ```
 * Request  => group_id [topics]
 *   topics => name [partitions]
 *     partitions => partition_index
 * Response => error_code throttle_time_ms [topics]
 *   topics => name [partitions]
 *     partitions => partition_index error_code
 * ```
 */

import { createAPI, Writer, type Reader } from '@platformatic/kafka';
import { ProtocolReader } from './protocol-reader.ts';
import type { TopicPartition } from './record-fetcher.ts';

/** A group's committed offsets to forget. */
export interface OffsetDeleteQuery {
  readonly groupId: string;
  readonly partitions: readonly TopicPartition[];
}

/** A coordinator's answer. */
export interface OffsetDeleteAnswer {
  /** Kafka's error code for the group; 0 for none. */
  readonly errorCode: number;
  /** By partition, in the order asked for; empty if the group has an error. */
  readonly partitions: readonly (TopicPartition & { readonly errorCode: number })[];
}

/** Asks the coordinator of the group. */
export const offsetDeleteApi = createAPI<[query: OffsetDeleteQuery], OffsetDeleteAnswer>(
  47,
  0,
  createOffsetDeleteRequest,
  (_correlationId, _apiKey, _apiVersion, reader: Reader) => parseResponse(reader.buffer.slice(reader.position)),
  false,
  false,
);

function createOffsetDeleteRequest({ groupId, partitions }: OffsetDeleteQuery): Writer {
  return Writer.create()
    .appendString(groupId, false)
    .appendArray(
      // A topic may come several times, which spares grouping.
      [...partitions],
      (writer, { topic, partition }) => {
        writer.appendString(topic, false).appendArray([partition], (w, index) => w.appendInt32(index), false, false);
      },
      false,
      false,
    );
}

function parseResponse(buffer: Buffer): OffsetDeleteAnswer {
  const reader = new ProtocolReader(buffer, 'OffsetDelete response');
  const errorCode = reader.int16();
  reader.int32();
  const topics = reader.array(() => {
    const topic = reader.string();
    return reader.array(() => ({ topic, partition: reader.int32(), errorCode: reader.int16() }));
  });
  return { errorCode, partitions: topics.flat() };
}
