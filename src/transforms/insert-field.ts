import { ConfigDef } from '../config/config-def.ts';
import type { ConfigKeySpec } from '../config/config-key.ts';
import type { ConnectValue } from '../data/connect-value.ts';
import { Instant } from '../data/instant.ts';
import { timestampSchema } from '../data/logical-types.ts';
import { NarrowNumber } from '../data/narrow-number.ts';
import { plainTraits, stringSchema, type Schema, type StructSchema } from '../data/schema.ts';
import { StructBuilder } from '../data/struct-builder.ts';
import { toTyped } from '../data/untyped-value.ts';
import { ConnectError } from '../errors/connect-error.ts';
import { replaceNullKey } from './common-keys.ts';
import type { ConnectRecord } from './connect-record.ts';
import { requireMap, requireStruct, unfit } from './requirements.ts';
import type { Transform, TransformKind, TransformOptions } from './transform.ts';
import { readField, rememberBySchema, withFields } from './updated-schema.ts';

const purpose = 'field insertion';

function fieldKey(name: string, what: string): ConfigKeySpec {
  const documentation = `Field for ${what}. With \`!\` at its end the field is required, with \`?\` or neither it is optional.`;
  return { name, type: 'STRING', default: null, importance: 'MEDIUM', documentation };
}

/**
 * Adds fields that hold the record's topic, partition, offset or timestamp, or a fixed text. A null key or value stays null.
 *
 * @see `org.apache.kafka.connect.transforms.InsertField`.
 */
export const insertFieldKind: TransformKind = {
  simpleName: 'InsertField',
  hasSides: true,
  touches: [],
  configDef: new ConfigDef().defineAll([
    fieldKey('topic.field', 'the topic'),
    fieldKey('partition.field', 'the partition'),
    fieldKey('offset.field', 'the offset, for sink connectors only'),
    fieldKey('timestamp.field', 'the timestamp'),
    fieldKey('static.field', 'a fixed text'),
    {
      name: 'static.value',
      type: 'STRING',
      default: null,
      importance: 'MEDIUM',
      documentation: 'Text of `static.field`.',
    },
    replaceNullKey,
  ]),
  create,
};

/** One field to add. */
interface Insertion {
  readonly name: string;
  readonly schema: Schema;
  /** Its value as data without schema has it; null leaves the field out. */
  read(record: ConnectRecord): ConnectValue;
}

function create({ config, side }: TransformOptions): Transform {
  const insertions = readInsertions(key => config.stringOrNull(key));
  const replacesNull = config.boolean('replace.null.with.default');
  const updatedSchema = rememberBySchema((schema: StructSchema) =>
    withFields(schema, [...schema.fields, ...insertions.map(({ name, schema: added }) => ({ name, schema: added }))]),
  );
  return record => {
    const { schema, value } = side.read(record);
    if (value === null) return record;
    if (schema === null) {
      const updated = new Map(requireMap(value, purpose));
      for (const insertion of insertions) {
        const added = toSchemaless(insertion.read(record));
        if (added !== null) updated.set(insertion.name, added);
      }
      return side.replace(record, null, updated);
    }
    const struct = requireStruct(value, purpose);
    const updated = updatedSchema(struct.schema);
    const builder = new StructBuilder(updated);
    for (const { name } of struct.schema.fields) builder.put(name, readField(struct, name, replacesNull));
    for (const insertion of insertions) {
      const added = insertion.read(record);
      if (added !== null) builder.put(insertion.name, toTyped(insertion.schema, added));
    }
    return side.replace(record, updated, builder.build());
  };
}

function readInsertions(setting: (key: string) => string | null): readonly Insertion[] {
  const staticValue = setting('static.value');
  const int32: Schema = { ...plainTraits, type: 'INT32' };
  const int64: Schema = { ...plainTraits, type: 'INT64' };
  const insertions = [
    toInsertion(setting('topic.field'), stringSchema, record => record.topic),
    toInsertion(setting('partition.field'), int32, ({ partition }) =>
      partition === null ? null : new NarrowNumber('INT32', partition),
    ),
    toInsertion(setting('offset.field'), int64, readOffset),
    toInsertion(setting('timestamp.field'), timestampSchema, ({ timestampMs }) =>
      timestampMs === null ? null : new Instant(timestampMs),
    ),
    toInsertion(setting('static.field'), stringSchema, () => staticValue),
  ].filter(insertion => insertion !== null);
  if (insertions.length === 0) throw new ConnectError('CONFIG_INVALID', 'No field insertion configured');
  const staticField = setting('static.field');
  if (staticField !== null && staticValue === null) {
    throw new ConnectError('CONFIG_INVALID', `No value specified for static field: ${staticField}`);
  }
  return insertions;
}

function toInsertion(
  spec: string | null,
  required: Schema,
  read: (record: ConnectRecord) => ConnectValue,
): Insertion | null {
  if (spec === null) return null;
  const name = /[?!]$/.test(spec) ? spec.slice(0, -1) : spec;
  return { name, schema: { ...required, isOptional: !spec.endsWith('!') }, read };
}

function readOffset({ origin }: ConnectRecord): bigint {
  if (origin.kind === 'sink') return origin.offset;
  throw unfit(`Only SinkRecord supported for [${purpose}], found: SourceRecord`);
}

/** Where there is no schema to say what it is, a timestamp is its number. */
function toSchemaless(value: ConnectValue): ConnectValue {
  return value instanceof Instant ? value.epochMs : value;
}
