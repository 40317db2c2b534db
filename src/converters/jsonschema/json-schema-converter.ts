import type { Clock } from '../../async/clock.ts';
import { ConfigDef } from '../../config/config-def.ts';
import type { ConfigMap } from '../../config/parsed-config.ts';
import { oneOf, orNull } from '../../config/validators.ts';
import { nullSchemaAndValue, type ConnectValue, type SchemaAndValue } from '../../data/connect-value.ts';
import { isJsonObject } from '../../data/json-node.ts';
import { JsonReader } from '../../data/json-reader.ts';
import { writeJson } from '../../data/json-writer.ts';
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
import {
  TypedRegistry,
  type ReaderSchema,
  type SchemaLanguage,
  type WriterSchema,
} from '../registry/typed-registry.ts';
import { canReadJson } from './can-read-json.ts';
import { jsonSchemaDataKeys, readJsonSchemaOptions, type JsonSchemaOptions } from './json-schema-options.ts';
import { readJsonSchema } from './json-schema-reader.ts';
import { JsonSchemaValidator } from './json-schema-validator.ts';
import { valueFromNode, valueToNode } from './json-schema-values.ts';
import { writeJsonSchema } from './json-schema-writer.ts';

/** What Jackson, which Confluent's converter writes with, can leave out of Java objects. */
const inclusions = ['ALWAYS', 'NON_NULL', 'NON_ABSENT', 'NON_EMPTY', 'NON_DEFAULT', 'CUSTOM', 'USE_DEFAULTS'] as const;

/** Settings of JsonSchemaConverter. */
export const jsonSchemaConverterConfigDef = new ConfigDef().defineAll([
  ...registryConverterKeys,
  ...jsonSchemaDataKeys,
  {
    name: 'json.fail.invalid.schema',
    type: 'BOOLEAN',
    default: false,
    importance: 'MEDIUM',
    documentation: 'Whether data is refused that its schema does not allow, when it is written and when it is read.',
  },
  {
    name: 'json.default.property.inclusion',
    type: 'STRING',
    default: null,
    validator: orNull(oneOf(...inclusions)),
    importance: 'MEDIUM',
    documentation:
      'Which properties of Java objects are written. Data of Kafka Connect is no such object, so that all of its fields are.',
  },
]);

/** Settings of Confluent's converter that change data, and are not honoured here, with what they are by default. */
const otherDefaults = new Map([
  ['preserve.additional.properties', 'false'],
  ['json.indent.output', 'false'],
  ['validation.rules.execution', 'DISABLED'],
]);

/** A JSON Schema as a registry has it, and as it is used here. */
interface KnownSchema {
  readonly text: string;
  readonly references: readonly SchemaReference[];
  /** Texts of the schemas that it uses, by the name that they are used by. */
  readonly others: ReadonlyMap<string, string>;
  readonly title: string | null;
  /** Made when data is first checked. */
  validator: JsonSchemaValidator | null;
}

const language: SchemaLanguage<KnownSchema> = {
  schemaType: 'JSON',
  converterName: 'JsonSchemaConverter',
  parse: ({ schema, references }, resolved) =>
    knownSchema(schema, references, new Map(resolved.map(one => [one.name, one.schema]))),
  write: ({ text, references }) => ({ schemaType: 'JSON', schema: text, references }),
  recordName: ({ title }) => title,
  canRead: (target, own) => canReadJson(new JsonReader(target.text).readValue(), new JsonReader(own.text).readValue()),
};

/**
 * JSON, with a JSON Schema in a schema registry: a zero, the schema's id, the JSON.
 *
 * @see `io.confluent.connect.json.JsonSchemaConverter`.
 */
export class JsonSchemaConverter implements Converter {
  readonly className = 'io.confluent.connect.json.JsonSchemaConverter';
  readonly #options: JsonSchemaOptions;
  readonly #checksData: boolean;
  readonly #registry: TypedRegistry<KnownSchema>;
  readonly #writings = new WeakMap<Schema, WriterSchema<KnownSchema>>();
  readonly #readers: ReaderCache<Schema>;

  /** @throws {ConfigError} */
  constructor(options: { readonly settings: ConfigMap; readonly role: 'key' | 'value'; readonly clock: Clock }) {
    const { settings, role, clock } = options;
    const parsed = jsonSchemaConverterConfigDef.parse(settings);
    const config = readSubjectConfig(settings, parsed, role);
    refuseOthers(settings, otherDefaults);
    this.#options = readJsonSchemaOptions(parsed);
    this.#checksData = parsed.boolean('json.fail.invalid.schema');
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
    if (schema === null) {
      if (value === null) return null;
      throw new ConnectError('DATA_INVALID', 'JsonSchemaConverter cannot write data without schema; use JsonConverter');
    }
    const node = valueToNode(schema, value, this.#options);
    if (node === undefined) return null;
    const target = this.#writing(schema).target(topic);
    if (this.#checksData) validatorOf(target.schema).check(node);
    const text = writeJson(node);
    const bytes = Buffer.allocUnsafe(frameBytes + Buffer.byteLength(text));
    writeFrame(bytes, target.id);
    bytes.write(text, frameBytes);
    return bytes;
  }

  toConnectData(bytes: Uint8Array | null, topic: string): SchemaAndValue {
    if (bytes === null) return nullSchemaAndValue;
    const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const known = this.#registry.readerSchema(readFrame(source, 0, source.length));
    const reader = new JsonReader(source.toString('utf8', frameBytes));
    const node = reader.isAtEnd() ? null : reader.readValue();
    if (this.#checksData) validatorOf(known.schema).check(node);
    const schema = this.#schemaOf(known, known.version(topic));
    return { schema, value: valueFromNode(schema, node, this.#options) };
  }

  #writing(schema: Schema): WriterSchema<KnownSchema> {
    const known = this.#writings.get(schema);
    if (known !== undefined) return known;
    const writing = this.#registry.writerSchema(knownSchema(writeJsonSchema(schema, this.#options), [], new Map()));
    this.#writings.set(schema, writing);
    return writing;
  }

  #schemaOf({ id, schema: { text, others } }: ReaderSchema<KnownSchema>, version: number | null): Schema {
    return this.#readers.get(id, version, () => readJsonSchema({ text, references: others, version }, this.#options));
  }
}

function knownSchema(
  text: string,
  references: readonly SchemaReference[],
  others: ReadonlyMap<string, string>,
): KnownSchema {
  const root = new JsonReader(text).readValue();
  const title = isJsonObject(root) ? root.get('title') : undefined;
  return { text, references, others, title: typeof title === 'string' ? title : null, validator: null };
}

function validatorOf(schema: KnownSchema): JsonSchemaValidator {
  schema.validator ??= new JsonSchemaValidator(schema.text, schema.others);
  return schema.validator;
}
