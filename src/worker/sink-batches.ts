/**
 * Fetched records on their way into wire batches: one key and one value conversion for the whole stream (D3), topics declared when
 * first seen, no object per record (D2).
 */
import type { ConvertedBytes, SideConversion } from '../converters/byte-conversion.ts';
import type { DeclaredSchema, PluginFormat } from '../converters/plugin-format.ts';
import { SchemaPending } from '../converters/schema-pending.ts';
import type { RecordHeader, RecordView } from '../data/record-view.ts';
import { noHeaders } from '../data/record-view.ts';
import { toConnectError, type ConnectError } from '../errors/connect-error.ts';
import type { RecordCursor } from '../kafka/record-cursor.ts';
import type { FetchedRecords } from '../kafka/record-fetcher.ts';
import type { TransformChain } from '../transforms/transform-chain.ts';
import { BatchWriter } from '../wire/batch-writer.ts';
import type { Declare, SchemaDeclaration, TopicDeclaration } from '../wire/data-messages.ts';
import type { TopicTracker } from './active-topics.ts';
import { failedConsumedRecord, toConsumedRecord } from './errors/consumed-record.ts';
import type { RecordErrors } from './errors/record-errors.ts';
import { isFaultOfRecord } from './errors/source-record.ts';
import { conversion, type Operation } from './errors/stage.ts';
import type { BatchSource } from './sent-batch.ts';
import type { Delivery, PartitionOffset } from './sink-deliveries.ts';
import type { TransformedRecord } from './record-transforms.ts';
import { SinkHeaders } from './sink-headers.ts';
import { SinkTransforms } from './sink-transforms.ts';
import type { TaskConverters } from './task-converters.ts';

/** Formats in which a sink gets keys, values and header values. */
export interface SinkFormats {
  readonly key: PluginFormat;
  readonly value: PluginFormat;
  /** Null for the bytes that Kafka has. */
  readonly header: PluginFormat | null;
}

/** A batch that was built. */
export interface BuiltBatch {
  readonly delivery: Delivery;
  /** What has to happen before the record behind it is tried again; null if nothing has to. */
  readonly obstacle: Obstacle | null;
}

/** Why a record cannot be put into a batch yet. */
export type Obstacle =
  /** It failed, and is to be tried again after that time. */
  | { readonly kind: 'retry'; readonly afterMs: number }
  /** It needs a schema. A fetch that fails is a failure of the record: {@link SinkBatches.failHeld}. */
  | { readonly kind: 'schema'; readonly pending: SchemaPending };

const keySchemaId = 1;
const valueSchemaId = 2;
const headerSchemaId = 3;
/** Id of the first schema that converters find in records. */
const firstFoundSchemaId = 4;
const emptyBuffer = Buffer.alloc(0);

/** Where a record is put in a batch; reused for all records. */
interface Place {
  topicId: number;
  partition: number;
  offset: number;
  keySchema: number | undefined;
  valueSchema: number | undefined;
}

/** Builds the batches of one stream. */
export class SinkBatches {
  readonly #writer = new BatchWriter();
  readonly #maxBytes: number;
  readonly #keySide: SideConversion;
  readonly #valueSide: SideConversion;
  readonly #headers: SinkHeaders | null;
  readonly #schemas: readonly SchemaDeclaration[];
  readonly #transforms: SinkTransforms | null;
  readonly #tracker: TopicTracker;
  readonly #errors: RecordErrors;
  readonly #operations: { readonly key: Operation; readonly value: Operation };
  /** What is being done with the record at hand, where that may be its fault. */
  #operation: Operation | null = null;
  readonly #topicIds = new Map<string, number>();
  /** Topics that transforms named, and schemas, that the plugin does not know yet. */
  #newTopics: TopicDeclaration[] = [];
  #newSchemas: SchemaDeclaration[] = [];
  readonly #schemaIds = new Map<DeclaredSchema, number>();
  /** Topics that records of a topic that transforms named came from. */
  readonly #origins = new Map<string, Set<string>>();
  readonly #place: Place = { topicId: 0, partition: 0, offset: 0, keySchema: undefined, valueSchema: undefined };
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
  /** Whose record was read and is not in a batch: it did not fit any more, or is to be tried again. */
  #held: FetchedRecords | null = null;
  #obstacle: Obstacle | null = null;

  /** @throws {ConnectError} DATA_INVALID if a converter cannot give the format that the sink wants. */
  constructor(options: {
    readonly converters: TaskConverters;
    readonly formats: SinkFormats;
    readonly maxBytes: number;
    readonly chain: TransformChain;
    readonly errors: RecordErrors;
    /** Hears of each topic once a record of it is converted. */
    readonly tracker: TopicTracker;
  }) {
    const { converters, formats, maxBytes, chain } = options;
    this.#errors = options.errors;
    this.#tracker = options.tracker;
    this.#operations = { key: conversion('key', converters.key), value: conversion('value', converters.value) };
    this.#transforms = chain.isEmpty ? null : new SinkTransforms({ chain, converters, formats });
    this.#maxBytes = maxBytes;
    this.#keySide = converters.key.toPlugin(formats.key);
    this.#valueSide = converters.value.toPlugin(formats.value);
    this.#headers =
      formats.header === null
        ? null
        : new SinkHeaders({
            converter: converters.header,
            format: formats.header,
            schemaId: headerSchemaId,
            idOf: schema => this.#idOf(schema),
          });
    this.#schemas = [
      declared(keySchemaId, formats.key),
      declared(valueSchemaId, formats.value),
      ...(formats.header === null ? [] : [declared(headerSchemaId, formats.header)]),
    ];
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
   * Declares topics that transforms named and schemas that converters found in the batch that was built last; to be sent before it.
   * Null if there are none.
   */
  declareNew(): Declare | null {
    if (this.#newTopics.length === 0 && this.#newSchemas.length === 0) return null;
    const declare = { schemas: this.#newSchemas, topics: this.#newTopics };
    this.#newTopics = [];
    this.#newSchemas = [];
    return declare;
  }

  /** Topics that the plugin's records of a topic came from: others than itself only if transforms named it. */
  originsOf(topic: string): readonly string[] {
    return [...(this.#origins.get(topic) ?? [topic])];
  }

  /**
   * Builds a batch of as many records as fit, taking them from the front of `fetched`, and drops what is used up from it. A batch
   * holds at least one record, whatever its size; none, and is not to be sent, if all there is is dropped. It ends early at a record
   * that cannot be put into it yet.
   *
   * @throws {ConnectError} DATA_INVALID for a record that cannot be converted, with its place, where that is not tolerated.
   */
  build(seq: number, fetched: FetchedRecords[]): BuiltBatch {
    const writer = this.#writer;
    writer.begin({ seq, keySchema: keySchemaId, valueSchema: valueSchemaId });
    this.#obstacle = null;
    this.#operation = null;
    const positions: PartitionOffset[] = [];
    const sources: BatchSource[] = [];
    for (let from = fetched[0]; from !== undefined; from = fetched[0]) {
      const countBefore = writer.recordCount;
      const offset = this.#fill(from);
      if (writer.recordCount > countBefore) this.#tracker.note(from.topic);
      const isUsedUp = offset === null;
      const { topic, partition } = from;
      positions.push({ topic, partition, offset: offset ?? from.nextOffset });
      const reread = this.#errors.hasReporters ? from.reread : null;
      sources.push({ topic, partition, recordCount: writer.recordCount - countBefore, reread });
      if (isUsedUp) fetched.shift();
      if (!isUsedUp || this.#errors.isFull) break;
    }
    const delivery = { seq, recordCount: writer.recordCount, positions, sources, bytes: writer.finishSinkDown() };
    return { delivery, obstacle: this.#obstacle };
  }

  /**
   * The record at which the last batch ended failed: the schema that it needs cannot be had.
   *
   * @returns milliseconds until it is to be tried again; null when it is skipped.
   * @throws {ConnectError} as {@link build}.
   */
  failHeld(error: ConnectError): number | null {
    const held = this.#held;
    if (held === null) return null;
    const retryMs = this.#handle(error, held);
    if (retryMs === null && !held.cursor.next()) this.#held = null;
    return retryMs;
  }

  /** Writes records until the batch is full. Returns the offset of the first record left over; null if there is none. */
  #fill(from: FetchedRecords): number | null {
    const { cursor } = from;
    this.#place.topicId = this.#topicIds.get(from.topic) ?? 0;
    this.#place.partition = from.partition;
    let hasRecord = this.#held === from || cursor.next();
    this.#held = null;
    for (;;) {
      try {
        return this.#fillWhileGood(from, hasRecord);
      } catch (error) {
        this.#obstacle = this.#obstacleOf(error, from);
      }
      // The record was skipped, unless it is to be tried again.
      hasRecord = this.#obstacle !== null || cursor.next();
      if (hasRecord && (this.#obstacle !== null || this.#errors.isFull)) {
        this.#held = from;
        return cursor.offset;
      }
    }
  }

  #obstacleOf(error: unknown, from: FetchedRecords): Obstacle | null {
    if (error instanceof SchemaPending) return { kind: 'schema', pending: error };
    const afterMs = this.#handle(error, from);
    return afterMs === null ? null : { kind: 'retry', afterMs };
  }

  /** Milliseconds until the record at hand is to be tried again; null when it is skipped. @throws the error, where it counts. */
  #handle(error: unknown, from: FetchedRecords): number | null {
    const operation = this.#operation;
    this.#operation = null;
    const failure = toConnectError(error);
    if (operation === null || !isFaultOfRecord(failure, operation)) throw error;
    const consumed = toConsumedRecord(from.cursor, from);
    return this.#errors.failed(failedConsumedRecord({ consumed, operation, error: failure }));
  }

  #fillWhileGood(from: FetchedRecords, hasFirst: boolean): number | null {
    const writer = this.#writer;
    const { cursor } = from;
    let hasRecord = hasFirst;
    while (hasRecord) {
      const size = cursor.keyEnd - cursor.keyStart + cursor.valueEnd - cursor.valueStart;
      if (writer.recordCount > 0 && writer.byteLength + size > this.#maxBytes) {
        this.#held = from;
        return cursor.offset;
      }
      this.#place.offset = cursor.offset;
      if (this.#transforms === null) writer.append(this.#convert(cursor, from.topic), this.#place);
      else this.#appendTransformed(this.#transforms, cursor, from);
      hasRecord = cursor.next();
    }
    return null;
  }

  #appendTransformed(transforms: SinkTransforms, cursor: RecordCursor, from: FetchedRecords): void {
    const record = this.#transform(transforms, cursor, from);
    if (record === null) {
      this.#tracker.note(from.topic); // it was converted all the same
      return;
    }
    this.#place.keySchema = this.#schemaId(record.keySchema);
    this.#place.valueSchema = this.#schemaId(record.valueSchema);
    this.#place.topicId = this.#routeTo(record.topic, from.topic);
    record.view.headers = this.#convertHeaders(record.view.headers, record.topic);
    this.#writer.append(record.view, this.#place);
  }

  #transform(transforms: SinkTransforms, cursor: RecordCursor, from: FetchedRecords): TransformedRecord | null {
    try {
      return transforms.apply(cursor, from);
    } catch (error) {
      this.#operation = transforms.operation;
      throw error;
    }
  }

  /** Id of the topic of a transformed record. */
  #routeTo(topic: string, origin: string): number {
    const origins = this.#origins.get(topic);
    if (origins === undefined) this.#origins.set(topic, new Set([origin]));
    else origins.add(origin);
    const known = this.#topicIds.get(topic);
    if (known !== undefined) return known;
    const id = this.#topicIds.size + 1;
    this.#topicIds.set(topic, id);
    this.#newTopics.push({ id, name: topic });
    return id;
  }

  /** Id of a schema that a record names; undefined for the batch's own. */
  #schemaId(schema: DeclaredSchema | null): number | undefined {
    return schema === null ? undefined : this.#idOf(schema);
  }

  #idOf(schema: DeclaredSchema): number {
    const known = this.#schemaIds.get(schema);
    if (known !== undefined) return known;
    const id = firstFoundSchemaId + this.#schemaIds.size;
    this.#schemaIds.set(schema, id);
    this.#newSchemas.push({ ...schema, id });
    return id;
  }

  #convert(cursor: RecordCursor, topic: string): RecordView {
    const areHeadersAsIs = this.#headers === null || cursor.headerCount === 0;
    if (this.#keySide === 'as-is' && this.#valueSide === 'as-is' && areHeadersAsIs) return cursor;
    const converted = this.#converted;
    converted.timestampMs = cursor.timestampMs;
    this.#operation = this.#operations.key;
    const key = convertSide(this.#keySide, cursor.keyBuffer, cursor.keyStart, cursor.keyEnd, topic);
    converted.keyBuffer = key.buffer;
    converted.keyStart = key.start;
    converted.keyEnd = key.end;
    this.#place.keySchema = this.#schemaId(key.schema);
    this.#operation = this.#operations.value;
    const value = convertSide(this.#valueSide, cursor.valueBuffer, cursor.valueStart, cursor.valueEnd, topic);
    converted.valueBuffer = value.buffer;
    converted.valueStart = value.start;
    converted.valueEnd = value.end;
    this.#place.valueSchema = this.#schemaId(value.schema);
    this.#operation = null;
    converted.headers = cursor.headerCount === 0 ? noHeaders : this.#convertHeaders(cursor.headers, topic);
    return converted;
  }

  #convertHeaders(headers: readonly RecordHeader[], topic: string): readonly RecordHeader[] {
    if (this.#headers === null || headers.length === 0) return headers;
    this.#operation = this.#headers.operation;
    const converted = this.#headers.convert(headers, topic);
    this.#operation = null;
    return converted;
  }
}

const unconverted: ConvertedBytes = { buffer: emptyBuffer, start: -1, end: -1, schema: null };

function convertSide(side: SideConversion, buffer: Buffer, start: number, end: number, topic: string): ConvertedBytes {
  if (side !== 'as-is') return side.convert(buffer, start, end, topic);
  unconverted.buffer = buffer;
  unconverted.start = start;
  unconverted.end = end;
  return unconverted;
}

function declared(id: number, format: PluginFormat): SchemaDeclaration {
  return { id, format, definition: new Uint8Array(), name: '', version: 0 };
}
