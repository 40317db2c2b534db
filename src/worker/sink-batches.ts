/**
 * Fetched records on their way into wire batches: one key and one value conversion for the whole stream (D3), topics declared when
 * first seen, no object per record (D2).
 */
import type { ConvertedBytes, SideConversion } from '../converters/byte-conversion.ts';
import type { PluginFormat } from '../converters/plugin-format.ts';
import type { RecordView } from '../data/record-view.ts';
import { noHeaders } from '../data/record-view.ts';
import { ConnectError, messageOf } from '../errors/connect-error.ts';
import type { RecordCursor } from '../kafka/record-cursor.ts';
import { nameOf, type FetchedRecords } from '../kafka/record-fetcher.ts';
import { BatchWriter } from '../wire/batch-writer.ts';
import type { Declare, SchemaDeclaration } from '../wire/data-messages.ts';
import type { Delivery, PartitionOffset } from './sink-deliveries.ts';
import type { TaskConverters } from './task-converters.ts';

/** Formats in which a sink gets keys and values. */
export interface SinkFormats {
  readonly key: PluginFormat;
  readonly value: PluginFormat;
}

const keySchemaId = 1;
const valueSchemaId = 2;
const emptyBuffer = Buffer.alloc(0);

/** Builds the batches of one stream. */
export class SinkBatches {
  readonly #writer = new BatchWriter();
  readonly #maxBytes: number;
  readonly #keySide: SideConversion;
  readonly #valueSide: SideConversion;
  readonly #schemas: readonly SchemaDeclaration[];
  readonly #topicIds = new Map<string, number>();
  readonly #place = { topicId: 0, partition: 0, offset: 0 };
  readonly #converted: RecordView = {
    keyBuffer: emptyBuffer,
    keyStart: -1,
    keyEnd: -1,
    valueBuffer: emptyBuffer,
    valueStart: -1,
    valueEnd: -1,
    timestampMs: -1,
    headers: noHeaders,
  };
  /** Record that was read and did not fit any more. */
  #held: FetchedRecords | null = null;

  /** @throws {ConnectError} DATA_INVALID if a converter cannot give the format that the sink wants. */
  constructor(options: {
    readonly converters: TaskConverters;
    readonly formats: SinkFormats;
    readonly maxBytes: number;
  }) {
    const { converters, formats, maxBytes } = options;
    this.#maxBytes = maxBytes;
    this.#keySide = converters.key.toPlugin(formats.key);
    this.#valueSide = converters.value.toPlugin(formats.value);
    this.#schemas = [declared(keySchemaId, formats.key), declared(valueSchemaId, formats.value)];
  }

  /** Declares the schemas; to be sent before the first batch. */
  declareSchemas(): Declare {
    return { schemas: this.#schemas, topics: [] };
  }

  /** Declares the topics of these records that were not declared before; null if there are none. */
  declareTopics(fetched: readonly FetchedRecords[]): Declare | null {
    const topics = [];
    for (const { topic } of fetched) {
      if (this.#topicIds.has(topic)) continue;
      const id = this.#topicIds.size + 1;
      this.#topicIds.set(topic, id);
      topics.push({ id, name: topic });
    }
    return topics.length === 0 ? null : { schemas: [], topics };
  }

  /**
   * Builds a batch of as many records as fit, taking them from the front of `fetched`, and drops what is used up from it. A batch
   * holds at least one record, whatever its size.
   *
   * @throws {ConnectError} DATA_INVALID for a record that cannot be converted, with its place.
   */
  build(seq: number, fetched: FetchedRecords[]): Delivery {
    const writer = this.#writer;
    writer.begin({ seq, keySchema: keySchemaId, valueSchema: valueSchemaId });
    const positions: PartitionOffset[] = [];
    for (let from = fetched[0]; from !== undefined; from = fetched[0]) {
      const offset = this.#fill(from);
      const isUsedUp = offset === null;
      positions.push({ topic: from.topic, partition: from.partition, offset: offset ?? from.nextOffset });
      if (!isUsedUp) break;
      fetched.shift();
    }
    return { seq, recordCount: writer.recordCount, positions, bytes: writer.finishSinkDown() };
  }

  /** Writes records until the batch is full. Returns the offset of the first record left over; null if there is none. */
  #fill(from: FetchedRecords): number | null {
    const writer = this.#writer;
    const { cursor } = from;
    this.#place.topicId = this.#topicIds.get(from.topic) ?? 0;
    this.#place.partition = from.partition;
    let hasRecord = this.#held === from || cursor.next();
    this.#held = null;
    while (hasRecord) {
      const size = cursor.keyEnd - cursor.keyStart + cursor.valueEnd - cursor.valueStart;
      if (writer.recordCount > 0 && writer.byteLength + size > this.#maxBytes) {
        this.#held = from;
        return cursor.offset;
      }
      this.#place.offset = cursor.offset;
      writer.append(this.#convert(cursor, from), this.#place);
      hasRecord = cursor.next();
    }
    return null;
  }

  #convert(cursor: RecordCursor, from: FetchedRecords): RecordView {
    if (this.#keySide === 'as-is' && this.#valueSide === 'as-is') return cursor;
    const converted = this.#converted;
    converted.timestampMs = cursor.timestampMs;
    converted.headers = cursor.headerCount === 0 ? noHeaders : cursor.headers;
    try {
      const key = convertSide(this.#keySide, cursor.keyBuffer, cursor.keyStart, cursor.keyEnd);
      converted.keyBuffer = key.buffer;
      converted.keyStart = key.start;
      converted.keyEnd = key.end;
      const value = convertSide(this.#valueSide, cursor.valueBuffer, cursor.valueStart, cursor.valueEnd);
      converted.valueBuffer = value.buffer;
      converted.valueStart = value.start;
      converted.valueEnd = value.end;
    } catch (error) {
      const place = `record at offset ${cursor.offset} of '${nameOf(from)}'`;
      throw new ConnectError('DATA_INVALID', `The ${place} cannot be converted: ${messageOf(error)}`, { cause: error });
    }
    return converted;
  }
}

const unconverted: ConvertedBytes = { buffer: emptyBuffer, start: -1, end: -1 };

function convertSide(side: SideConversion, buffer: Buffer, start: number, end: number): ConvertedBytes {
  if (side !== 'as-is') return side.convert(buffer, start, end);
  unconverted.buffer = buffer;
  unconverted.start = start;
  unconverted.end = end;
  return unconverted;
}

function declared(id: number, format: PluginFormat): SchemaDeclaration {
  return { id, format, definition: new Uint8Array(), name: '', version: 0 };
}
