/**
 * The ListOffsets request in version 5 (Kafka 2.3 and later); its answer keeps the error of each partition.
 *
 * ```
 * Request  => replica_id isolation_level [topics]
 *   topics => name [partition_index current_leader_epoch timestamp]
 * Response => throttle_time_ms [topics]
 *   topics => name [partition_index error_code timestamp offset leader_epoch]
 * ```
 */

import { createAPI, Writer, type Reader } from '@platformatic/kafka';
import { ProtocolReader } from './protocol-reader.ts';

/** Timestamps with a meaning of their own (`ListOffsetsRequest` in Kafka). */
export const OffsetTimestamp = { LATEST: -1, EARLIEST: -2 } as const;

/** One partition and the time whose offset is wanted. */
export interface OffsetQuery {
  readonly topic: string;
  readonly partition: number;
  /** Milliseconds since the epoch, or one of {@link OffsetTimestamp}. */
  readonly timestampMs: number;
}

/** A broker's answer for one partition. */
export interface OffsetAnswer {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  /** First offset at or after the time; -1 when there is none. */
  readonly offset: number;
}

/** What a ListOffsets request asks for. */
export interface ListOffsetsQuery {
  /** LATEST is then the end of the last decided transaction. */
  readonly isReadCommitted: boolean;
  readonly partitions: readonly OffsetQuery[];
}

/** Asks the leader of the partitions. */
export const listOffsetsApi = createAPI<[query: ListOffsetsQuery], readonly OffsetAnswer[]>(
  2,
  5,
  createListOffsetsRequest,
  (_correlationId, _apiKey, _apiVersion, reader: Reader) => parseResponse(reader.buffer.slice(reader.position)),
  false,
  false,
);

function createListOffsetsRequest({ isReadCommitted, partitions }: ListOffsetsQuery): Writer {
  return Writer.create()
    .appendInt32(-1)
    .appendInt8(isReadCommitted ? 1 : 0)
    .appendArray(
      // A topic may come several times, which spares grouping.
      [...partitions],
      (writer, one) => {
        writer.appendString(one.topic, false).appendArray(
          [one],
          (w, { partition, timestampMs }) => {
            w.appendInt32(partition).appendInt32(-1).appendInt64(BigInt(timestampMs));
          },
          false,
          false,
        );
      },
      false,
      false,
    );
}

function parseResponse(buffer: Buffer): readonly OffsetAnswer[] {
  const reader = new ProtocolReader(buffer, 'ListOffsets response');
  reader.int32();
  const topics = reader.array(() => {
    const topic = reader.string();
    return reader.array(() => {
      const partition = reader.int32();
      const errorCode = reader.int16();
      reader.int64();
      const offset = reader.int64();
      reader.int32();
      return { topic, partition, errorCode, offset };
    });
  });
  return topics.flat();
}
