import type { Clock } from '../../async/clock.ts';
import { ConfigDef } from '../../config/config-def.ts';
import type { ConfigMap } from '../../config/parsed-config.ts';
import { nullSchemaAndValue, type ConnectValue, type SchemaAndValue } from '../../data/connect-value.ts';
import type { Schema } from '../../data/schema.ts';
import { ConnectError } from '../../errors/connect-error.ts';
import type { SideConversion } from '../byte-conversion.ts';
import type { Converter } from '../converter.ts';
import { DataToKafka, DataToPlugin } from '../data-conversion.ts';
import type { DeclaredSchema, PluginFormat } from '../plugin-format.ts';
import { frameBytes, readFrame, writeFrame } from '../registry/framing.ts';
import { ReaderCache } from '../registry/reader-cache.ts';
import type { SchemaReference } from '../registry/schema-registry.ts';
import { readCacheSize, readSubjectConfig, refuseOthers, registryConverterKeys } from '../registry/subject-config.ts';
import { TypedRegistry, type SchemaLanguage, type WriterSchema, type WriteTarget } from '../registry/typed-registry.ts';
import { canReadProto } from './can-read-proto.ts';
import { readMessageIndexes, writeMessageIndexes } from './message-indexes.ts';
import { readMessage } from './proto-reader.ts';
import { ProtoSchema } from './proto-schema.ts';
import type { ProtoMessage } from './proto-types.ts';
import { writeMessage } from './proto-writer.ts';
import { protobufDataKeys, readProtobufOptions, type ProtobufOptions } from './protobuf-options.ts';
import { readProtobufSchema } from './protobuf-schema-reader.ts';
import { writeProtobufSchema } from './protobuf-schema-writer.ts';
import { fromMessage, toMessage } from './protobuf-values.ts';
import { requireWritable } from './require-writable.ts';

/** Settings of ProtobufConverter. */
export const protobufConverterConfigDef = new ConfigDef().defineAll([...registryConverterKeys, ...protobufDataKeys]);

/** Settings of Confluent's converter that are not honoured here, with what they are by default. */
const otherDefaults = new Map([
  ['skip.known.types', 'true'],
  ['schema.format', ''],
  ['validation.rules.execution', 'DISABLED'],
]);

/** A Protobuf schema as a registry has it, and as it is used here. */
interface KnownSchema {
  readonly proto: ProtoSchema;
  readonly references: readonly SchemaReference[];
  /** Full name of the message that data is of when nothing else is said. */
  readonly messageName: string;
}

/** How data of one Connect schema is written. */
interface Writing {
  readonly schema: WriterSchema<KnownSchema>;
  /** The message that its own schema makes of it. */
  readonly own: ProtoMessage;
  /** What it was last written with, and message and frame for that. */
  target: WriteTarget<KnownSchema> | null;
  type: ProtoMessage;
  frame: Buffer;
}

/** How data of one message of a registered schema is read. */
interface Reading {
  readonly type: ProtoMessage;
  readonly schema: Schema;
}

const language: SchemaLanguage<KnownSchema> = {
  schemaType: 'PROTOBUF',
  converterName: 'ProtobufConverter',
  parse: ({ schema, references }, resolved) => {
    const proto = new ProtoSchema(schema, new Map(resolved.map(one => [one.name, one.schema])));
    return { proto, references, messageName: proto.firstMessage.fullName };
  },
  write: ({ proto, references }) => ({ schemaType: 'PROTOBUF', schema: proto.text, references }),
  recordName: ({ messageName }) => messageName,
  canRead: (target, { proto, messageName }) =>
    target.proto.hasMessage(messageName) && canReadProto(target.proto.message(messageName), proto.message(messageName)),
};

/**
 * Protobuf, with schemas in a schema registry: a zero, the schema's id, which message of it the data is, the data.
 *
 * @see `io.confluent.connect.protobuf.ProtobufConverter`.
 */
export class ProtobufConverter implements Converter {
  readonly className = 'io.confluent.connect.protobuf.ProtobufConverter';
  readonly #options: ProtobufOptions;
  readonly #registry: TypedRegistry<KnownSchema>;
  readonly #writings = new WeakMap<Schema, Writing>();
  readonly #readers: ReaderCache<Map<string, Reading>>;

  /** @throws {ConfigError} */
  constructor(options: { readonly settings: ConfigMap; readonly role: 'key' | 'value'; readonly clock: Clock }) {
    const { settings, role, clock } = options;
    const parsed = protobufConverterConfigDef.parse(settings);
    const config = readSubjectConfig(settings, parsed, role);
    refuseOthers(settings, otherDefaults);
    this.#options = readProtobufOptions(parsed);
    this.#readers = new ReaderCache(readCacheSize(parsed));
    this.#registry = new TypedRegistry({ config, clock, language });
  }

  toKafka(schema: DeclaredSchema): SideConversion {
    return schema.format === 'PRE_ENCODED' ? 'as-is' : new DataToKafka(this, schema);
  }

  toPlugin(format: PluginFormat): SideConversion {
    return format === 'PRE_ENCODED' ? 'as-is' : new DataToPlugin(this, format);
  }

  fromConnectData(schema: Schema | null, value: ConnectValue, topic: string): Uint8Array | null {
    if (value === null) return null;
    if (schema === null) {
      throw new ConnectError('DATA_INVALID', 'ProtobufConverter cannot write data without schema; use JsonConverter');
    }
    const writing = this.#writing(schema);
    const target = writing.schema.target(topic);
    if (writing.target !== target) retarget(writing, target);
    return Buffer.concat([writing.frame, writeMessage(toMessage(schema, value, writing.type, this.#options))]);
  }

  toConnectData(bytes: Uint8Array | null, topic: string): SchemaAndValue {
    if (bytes === null) return nullSchemaAndValue;
    const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const known = this.#registry.readerSchema(readFrame(source, 0, source.length));
    const { indexes, end } = readMessageIndexes(source, frameBytes);
    const version = known.version(topic);
    const { type, schema } = this.#reading(known.schema.proto, { id: known.id, version, indexes });
    return { schema, value: fromMessage(schema, readMessage(type, source.subarray(end)), this.#options) };
  }

  #writing(schema: Schema): Writing {
    const known = this.#writings.get(schema);
    if (known !== undefined) return known;
    const { text, messageName } = writeProtobufSchema(schema, this.#options);
    const proto = new ProtoSchema(text);
    const own = proto.message(messageName);
    const writing: Writing = {
      schema: this.#registry.writerSchema({ proto, references: [], messageName }),
      own,
      type: own,
      target: null,
      frame: Buffer.alloc(0),
    };
    this.#writings.set(schema, writing);
    return writing;
  }

  #reading(
    proto: ProtoSchema,
    {
      id,
      version,
      indexes,
    }: { readonly id: number; readonly version: number | null; readonly indexes: readonly number[] },
  ): Reading {
    const byMessage = this.#readers.get(id, version, () => new Map());
    const key = indexes.join('.');
    const known = byMessage.get(key);
    if (known !== undefined) return known;
    const type = proto.messageAt(indexes);
    const reading = { type, schema: readProtobufSchema(type, version, this.#options) };
    byMessage.set(key, reading);
    return reading;
  }
}

/** Data goes by the names of fields into a registered schema that is not its own, whose numbers may be others. */
function retarget(writing: Writing, target: WriteTarget<KnownSchema>): void {
  const { own, schema } = writing;
  const { proto } = target.schema;
  const frame = frameOf(target.id, proto.indexesOf(own.fullName));
  const type = target.schema === schema.schema ? own : proto.message(own.fullName);
  if (type !== own) requireWritable(own, type);
  writing.frame = frame;
  writing.type = type;
  writing.target = target;
}

function frameOf(id: number, indexes: readonly number[]): Buffer {
  const frame = Buffer.alloc(frameBytes);
  writeFrame(frame, id);
  return Buffer.concat([frame, writeMessageIndexes(indexes)]);
}
