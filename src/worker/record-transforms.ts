/**
 * Records on their way through a transform chain: the parts that the chain touches are decoded before and written again after, where
 * they changed; all others go their way of bytes, as without transforms (D3).
 */
import type { ConvertedBytes, SideConversion } from '../converters/byte-conversion.ts';
import type { DeclaredSchema } from '../converters/plugin-format.ts';
import { ConnectHeaders, emptyHeaders, type ConnectHeader } from '../data/connect-headers.ts';
import { nullSchemaAndValue, type SchemaAndValue } from '../data/connect-value.ts';
import { noHeaders, type RecordHeader, type RecordView } from '../data/record-view.ts';
import type { ConnectRecord, RecordOrigin } from '../transforms/connect-record.ts';
import type { TransformChain } from '../transforms/transform-chain.ts';
import type { Operation } from './errors/stage.ts';

/** The ways of a key or a value between plugin and Kafka. */
export interface SideCodec {
  /** What converting, decoding and encoding are for the error handling. */
  readonly operation: Operation;
  /** From bytes to bytes. */
  readonly conversion: SideConversion;
  /** From bytes to data of a record of that Kafka topic. @throws {ConnectError} DATA_INVALID @throws {SchemaPending} */
  decode(bytes: Buffer | null, topic: string): SchemaAndValue;
  /** From data to bytes, as {@link decode}. */
  encode(data: SchemaAndValue, topic: string): ConvertedBytes;
}

/** The ways of header values. */
export interface HeaderCodec {
  readonly operation: Operation;
  /** From bytes to bytes: headers that no transform has changed. */
  convert(headers: readonly RecordHeader[], topic: string): readonly RecordHeader[];
  decode(header: RecordHeader, topic: string): SchemaAndValue;
  encode(header: ConnectHeader, topic: string): Uint8Array | null;
}

/** What is known of a record beside its bytes. */
export interface RecordContext {
  readonly topic: string;
  /** -1 for none. */
  readonly partition: number;
  readonly origin: RecordOrigin;
  readonly key: SideCodec;
  readonly value: SideCodec;
}

/** A record after the chain; valid until the next one. */
export interface TransformedRecord {
  readonly topic: string;
  readonly view: RecordView;
  /** Schemas of key and value where their format alone does not tell them, as {@link ConvertedBytes.schema}. */
  readonly keySchema: DeclaredSchema | null;
  readonly valueSchema: DeclaredSchema | null;
}

const emptyBuffer = Buffer.alloc(0);

/** Takes records through one chain. */
export class RecordTransforms {
  readonly #chain: TransformChain;
  readonly #headers: HeaderCodec;
  #operation: Operation;
  /** One reused view for all records. */
  readonly #view: RecordView = {
    keyBuffer: emptyBuffer,
    keyStart: -1,
    keyEnd: -1,
    valueBuffer: emptyBuffer,
    valueStart: -1,
    valueEnd: -1,
    timestampMs: -1,
    headers: noHeaders,
  };

  constructor(options: { readonly chain: TransformChain; readonly headers: HeaderCodec }) {
    this.#chain = options.chain;
    this.#headers = options.headers;
    this.#operation = options.headers.operation;
  }

  /** What was done last, and failed if {@link apply} threw. */
  get operation(): Operation {
    return this.#operation;
  }

  /**
   * The record after the chain; null when it is dropped.
   *
   * @throws {ConnectError} DATA_INVALID or SCHEMA_INVALID when it cannot be decoded, changed or written.
   * @throws {SchemaPending} to be called again for the same record once a schema is fetched; transforms keep nothing of a record.
   */
  apply(source: RecordView, context: RecordContext): TransformedRecord | null {
    const { touches } = this.#chain;
    const { topic: from } = context;
    const key = touches.has('key') ? this.#decode(context.key, keyOf(source), from) : nullSchemaAndValue;
    const value = touches.has('value') ? this.#decode(context.value, valueOf(source), from) : nullSchemaAndValue;
    const originals = new Map<ConnectHeader, RecordHeader>();
    const headers = touches.has('headers') ? this.#decodeHeaders(source.headers, originals, from) : emptyHeaders;
    const record: ConnectRecord = {
      topic: context.topic,
      partition: context.partition < 0 ? null : context.partition,
      keySchema: key.schema,
      key: key.value,
      valueSchema: value.schema,
      value: value.value,
      timestampMs: source.timestampMs < 0 ? null : BigInt(source.timestampMs),
      headers,
      origin: context.origin,
    };
    const result = this.#transform(record);
    if (result === null) return null;

    const { topic } = result;
    const view = this.#view;
    view.timestampMs = source.timestampMs;
    const areHeadersKept = result.headers === headers;
    view.headers = areHeadersKept
      ? this.#convertHeaders(source.headers, topic)
      : this.#encodeHeaders(result.headers, originals, topic);
    const isKeyKept = result.key === record.key && result.keySchema === record.keySchema;
    const newKey = isKeyKept ? null : { schema: result.keySchema, value: result.key };
    const keyBytes = this.#write(context.key, { bytes: keyOf(source), data: newKey }, topic);
    const { schema: keySchema } = keyBytes;
    view.keyBuffer = keyBytes.buffer;
    view.keyStart = keyBytes.start;
    view.keyEnd = keyBytes.end;
    const isValueKept = result.value === record.value && result.valueSchema === record.valueSchema;
    const newValue = isValueKept ? null : { schema: result.valueSchema, value: result.value };
    const valueBytes = this.#write(context.value, { bytes: valueOf(source), data: newValue }, topic);
    view.valueBuffer = valueBytes.buffer;
    view.valueStart = valueBytes.start;
    view.valueEnd = valueBytes.end;
    return { topic, view, keySchema, valueSchema: valueBytes.schema };
  }

  #decode(codec: SideCodec, { buffer, start, end }: ConvertedBytes, topic: string): SchemaAndValue {
    this.#operation = codec.operation;
    return codec.decode(start < 0 ? null : buffer.subarray(start, end), topic);
  }

  #transform(record: ConnectRecord): ConnectRecord | null {
    try {
      return this.#chain.apply(record);
    } catch (error) {
      this.#operation = { stage: 'TRANSFORMATION', className: this.#chain.executing };
      throw error;
    }
  }

  /** The bytes of a side: of its new data, or of its bytes where there are none. */
  #write(
    codec: SideCodec,
    side: { readonly bytes: ConvertedBytes; readonly data: SchemaAndValue | null },
    topic: string,
  ): ConvertedBytes {
    this.#operation = codec.operation;
    return side.data === null ? convertSide(codec, side.bytes, topic) : codec.encode(side.data, topic);
  }

  #decodeHeaders(
    headers: readonly RecordHeader[],
    originals: Map<ConnectHeader, RecordHeader>,
    topic: string,
  ): ConnectHeaders {
    this.#operation = this.#headers.operation;
    for (const header of headers) originals.set({ key: header.key, ...this.#headers.decode(header, topic) }, header);
    return new ConnectHeaders(originals.keys());
  }

  /** Headers that were there before go their way of bytes. */
  #encodeHeaders(
    headers: ConnectHeaders,
    originals: ReadonlyMap<ConnectHeader, RecordHeader>,
    topic: string,
  ): readonly RecordHeader[] {
    this.#operation = this.#headers.operation;
    return [...headers].flatMap(header => {
      const original = originals.get(header);
      if (original !== undefined) return this.#headers.convert([original], topic);
      return [{ key: header.key, value: this.#headers.encode(header, topic) }];
    });
  }

  #convertHeaders(headers: readonly RecordHeader[], topic: string): readonly RecordHeader[] {
    if (headers.length === 0) return headers;
    this.#operation = this.#headers.operation;
    return this.#headers.convert(headers, topic);
  }
}

function keyOf(view: RecordView): ConvertedBytes {
  return { buffer: view.keyBuffer, start: view.keyStart, end: view.keyEnd, schema: null };
}

function valueOf(view: RecordView): ConvertedBytes {
  return { buffer: view.valueBuffer, start: view.valueStart, end: view.valueEnd, schema: null };
}

/** Null stays null whatever the conversion, even one that the converter refuses. */
function convertSide(codec: SideCodec, bytes: ConvertedBytes, topic: string): ConvertedBytes {
  if (bytes.start < 0) return bytes;
  const { conversion } = codec;
  if (conversion === 'as-is') return bytes;
  return conversion.convert(bytes.buffer, bytes.start, bytes.end, topic);
}
