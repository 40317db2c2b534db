/**
 * Messages of the service `Offsets` as proto-loader gives and takes them (proto/millrace/admin/v1/offsets.proto says what the fields
 * mean), and the way from the herder's words to them and back.
 */
import type { ConnectorOffsets, SinkPartitionOffset } from '../herder/herder.ts';
import { RequestFields } from './request-fields.ts';

export interface SourcePartitionOffsetMessage {
  readonly partitionJson: string;
  readonly offsetJson?: string;
}

export interface SinkPartitionOffsetMessage {
  readonly topic: string;
  readonly partition?: number;
  readonly offset?: number;
}

/** Offsets of a connector; `GetOffsetsResponse` and `AlterOffsetsRequest` have the same fields. */
export interface ConnectorOffsetsMessage {
  readonly name: string;
  readonly source: readonly SourcePartitionOffsetMessage[];
  readonly sink: readonly SinkPartitionOffsetMessage[];
}

export function toConnectorOffsets(name: string, offsets: ConnectorOffsets): ConnectorOffsetsMessage {
  if (offsets.type === 'source') {
    const source = offsets.offsets.map(({ partitionJson, offsetJson }) => ({
      partitionJson,
      ...(offsetJson !== null && { offsetJson }),
    }));
    return { name, source, sink: [] };
  }
  const sink = offsets.offsets.map(({ offset, ...at }) => ({ ...at, ...(offset !== null && { offset }) }));
  return { name, source: [], sink };
}

/** The changes that a request asks for. @throws {RequestError} with every wrong field. */
export function fromConnectorOffsets({ name, source, sink }: ConnectorOffsetsMessage): ConnectorOffsets {
  const fields = new RequestFields()
    .requireText('name', name)
    .require(
      source.length + sink.length > 0,
      'source',
      "is empty, and so is 'sink'. Partitions / offsets need to be provided for an alter offsets request",
    )
    .require(source.length === 0 || sink.length === 0, 'sink', "must be empty when 'source' is not");
  source.forEach(({ partitionJson }, index) => fields.requireText(`source[${index}].partition_json`, partitionJson));
  const parsed = sink.map((each, index) => parseSinkOffset(each, `sink[${index}]`, fields));
  fields.check();
  if (sink.length > 0) return { type: 'sink', offsets: parsed };
  const offsets = source.map(({ partitionJson, offsetJson = null }) => ({ partitionJson, offsetJson }));
  return { type: 'source', offsets };
}

function parseSinkOffset(message: SinkPartitionOffsetMessage, at: string, fields: RequestFields): SinkPartitionOffset {
  const { topic, partition = -1 } = message;
  const offset = message.offset ?? null;
  fields
    .requireText(`${at}.topic`, topic)
    .require(partition >= 0, `${at}.partition`, 'must be given, and not be negative')
    .require(
      offset === null || (offset >= 0 && Number.isSafeInteger(offset)),
      `${at}.offset`,
      `must be between 0 and ${Number.MAX_SAFE_INTEGER}`,
    );
  return { topic, partition, offset };
}
