/**
 * What consumers of one group tell each other, in the form that Kafka's own consumer has (`ConsumerProtocol`), so that members of
 * both kinds share a group. A reader ignores what a later version added at the end.
 *
 * ```
 * Subscription => version int16, [topics] string, user_data bytes,
 *                 (1:) [owned_partitions] => topic string, [partitions] int32
 *                 (2:) generation_id int32  (3:) rack_id nullable string
 * Assignment   => version int16, [assigned_partitions] => topic string, [partitions] int32; user_data bytes
 * ```
 */

import { Writer } from '@platformatic/kafka';
import { ProtocolReader } from './protocol-reader.ts';
import type { TopicPartition } from './record-fetcher.ts';

/** What a member says of itself when it joins. */
export interface Subscription {
  readonly topics: readonly string[];
  readonly owned: readonly TopicPartition[];
  /** Generation in which it got what it owns; -1 when not told. */
  readonly generation: number;
}

/** Writes a subscription in version 1, of a member that owns nothing: an eager member has given everything up when it joins. */
export function encodeSubscription(topics: readonly string[]): Buffer {
  return Writer.create()
    .appendInt16(1)
    .appendArray([...topics], (writer, topic) => void writer.appendString(topic, false), false, false)
    .appendBytes(null, false)
    .appendArray([], () => undefined, false, false).buffer;
}

/**
 * Reads a subscription of any version.
 *
 * @throws {ConnectError} KAFKA_REQUEST_FAILED when the bytes end too early.
 */
export function decodeSubscription(bytes: Uint8Array): Subscription {
  const reader = new ProtocolReader(Buffer.from(bytes), 'Subscription of a group member');
  const version = reader.int16();
  const topics = reader.array(() => reader.string());
  const userData = reader.bytesRange();
  // Some clients claim a later version than they write.
  const owned = version >= 1 && reader.remaining > 0 ? readPartitions(reader) : [];
  if (version >= 2 && reader.remaining > 0) return { topics, owned, generation: reader.int32() };
  // Older cooperative members put their generation there.
  const hasGeneration = userData.end - userData.start === 4;
  return { topics, owned, generation: hasGeneration ? reader.buffer.readInt32BE(userData.start) : -1 };
}

/** Writes an assignment in version 1. */
export function encodeAssignment(partitions: readonly TopicPartition[]): Buffer {
  const byTopic = new Map<string, number[]>();
  for (const { topic, partition } of partitions) {
    const known = byTopic.get(topic);
    if (known === undefined) byTopic.set(topic, [partition]);
    else known.push(partition);
  }
  return Writer.create()
    .appendInt16(1)
    .appendArray(
      [...byTopic],
      (writer, [topic, numbers]) => {
        writer.appendString(topic, false).appendArray(numbers, (w, one) => void w.appendInt32(one), false, false);
      },
      false,
      false,
    )
    .appendBytes(null, false).buffer;
}

/**
 * Reads an assignment of any version; no bytes are an empty one.
 *
 * @throws {ConnectError} KAFKA_REQUEST_FAILED when the bytes end too early.
 */
export function decodeAssignment(bytes: Uint8Array): readonly TopicPartition[] {
  if (bytes.length === 0) return [];
  const reader = new ProtocolReader(Buffer.from(bytes), 'Assignment of a group member');
  reader.int16();
  return readPartitions(reader);
}

function readPartitions(reader: ProtocolReader): TopicPartition[] {
  const topics = reader.array(() => {
    const topic = reader.string();
    return reader.array(() => ({ topic, partition: reader.int32() }));
  });
  return topics.flat();
}
