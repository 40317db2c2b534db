/**
 * The Metadata request in version 12 (Kafka 2.8.1 and later). Unlike the client library's own, its answer keeps the error of each
 * topic beside the topics that are well.
 *
 * ```
 * Request  => [topics] allow_auto_topic_creation include_topic_authorized_operations
 *   topics => topic_id name
 * Response => throttle_time_ms [brokers] cluster_id controller_id [topics]
 *   brokers => node_id host port rack
 *   topics  => error_code name topic_id is_internal [partitions] topic_authorized_operations
 *     partitions => error_code partition_index leader_id leader_epoch [replica_nodes] [isr_nodes] [offline_replicas]
 * ```
 */

import { createAPI, Writer, type Reader } from '@platformatic/kafka';

/** A broker of the cluster. */
export interface BrokerNode {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

/** One partition of a topic. */
export interface PartitionMetadata {
  readonly partition: number;
  readonly errorCode: number;
  /** Node that leads the partition; -1 for none. */
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  readonly inSyncReplicas: readonly number[];
}

/** One topic. */
export interface TopicMetadata {
  readonly name: string;
  /** UUID with dashes. */
  readonly topicId: string;
  /** Kafka's error code for the topic; 0 for none. */
  readonly errorCode: number;
  readonly isInternal: boolean;
  /** In order of partition number; empty when the topic has an error. */
  readonly partitions: readonly PartitionMetadata[];
}

/** Answer of a broker about brokers and topics. */
export interface MetadataAnswer {
  readonly clusterId: string | null;
  readonly controllerId: number;
  readonly brokers: readonly BrokerNode[];
  readonly topics: readonly TopicMetadata[];
}

/** Asks for the named topics, or all of them when `topics` is null. */
export const metadataApi = createAPI<[topics: readonly string[] | null, allowAutoCreate: boolean], MetadataAnswer>(
  3,
  12,
  createRequest,
  (_correlationId, _apiKey, _apiVersion, reader) => parseResponse(reader),
);

function createRequest(topics: readonly string[] | null, allowAutoCreate: boolean): Writer {
  return Writer.create()
    .appendArray(topics === null ? null : [...topics], (writer, topic) => writer.appendUUID(null).appendString(topic))
    .appendBoolean(allowAutoCreate)
    .appendBoolean(false)
    .appendTaggedFields();
}

function parseResponse(reader: Reader): MetadataAnswer {
  reader.readInt32();
  const brokers = reader.readArray(r => ({
    nodeId: r.readInt32(),
    host: r.readString(),
    port: r.readInt32(),
    rack: r.readNullableString(),
  }));
  return {
    clusterId: reader.readNullableString(),
    controllerId: reader.readInt32(),
    brokers,
    topics: reader.readArray(parseTopic),
  };
}

function parseTopic(reader: Reader): TopicMetadata {
  const topic = {
    errorCode: reader.readInt16(),
    name: reader.readNullableString() ?? '',
    topicId: reader.readUUID(),
    isInternal: reader.readBoolean(),
    partitions: reader.readArray(parsePartition).sort((a, b) => a.partition - b.partition),
  };
  reader.readInt32();
  return topic;
}

function parsePartition(reader: Reader): PartitionMetadata {
  const errorCode = reader.readInt16();
  const partition = reader.readInt32();
  const leader = reader.readInt32();
  const leaderEpoch = reader.readInt32();
  const replicas = readNodeIds(reader);
  const inSyncReplicas = readNodeIds(reader);
  readNodeIds(reader);
  return { errorCode, partition, leader, leaderEpoch, replicas, inSyncReplicas };
}

function readNodeIds(reader: Reader): number[] {
  return reader.readArray(r => r.readInt32(), true, false);
}
