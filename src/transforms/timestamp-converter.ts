import { ConfigDef } from '../config/config-def.ts';
import { oneOf } from '../config/validators.ts';
import type { ConnectValue } from '../data/connect-value.ts';
import { DatePattern } from '../data/date-pattern.ts';
import type { Schema } from '../data/schema.ts';
import { SchemaBuilder } from '../data/schema-builder.ts';
import { StructBuilder } from '../data/struct-builder.ts';
import { Struct } from '../data/struct.ts';
import { ConnectError } from '../errors/connect-error.ts';
import { replaceNullKey } from './common-keys.ts';
import { requireMap, requireStruct, requireStructSchema } from './requirements.ts';
import {
  kindOfSchema,
  kindOfValue,
  schemaOfKind,
  timestampKinds,
  TimestampTranslator,
  unixPrecisions,
} from './timestamp-kinds.ts';
import type { Transform, TransformKind, TransformOptions } from './transform.ts';
import { copyBasics, readField, rememberBySchema } from './updated-schema.ts';

const purpose = 'converting timestamp formats';

/**
 * Turns timestamps into texts, numbers, or values of another logical type, wherever they come from.
 *
 * @see `org.apache.kafka.connect.transforms.TimestampConverter`.
 */
export const timestampConverterKind: TransformKind = {
  simpleName: 'TimestampConverter',
  hasSides: true,
  touches: [],
  configDef: new ConfigDef().defineAll([
    {
      name: 'field',
      type: 'STRING',
      default: '',
      importance: 'HIGH',
      documentation: 'Field that holds the timestamp; empty when the whole value is one.',
    },
    {
      name: 'target.type',
      type: 'STRING',
      validator: oneOf(...timestampKinds),
      importance: 'HIGH',
      documentation: 'What to make of it: `string`, `unix`, `Date`, `Time` or `Timestamp`.',
    },
    {
      name: 'format',
      type: 'STRING',
      default: '',
      importance: 'MEDIUM',
      documentation: 'Form of texts that are written or read, as a `java.text.SimpleDateFormat` pattern, in UTC.',
    },
    {
      name: 'unix.precision',
      type: 'STRING',
      default: 'milliseconds',
      validator: oneOf(...unixPrecisions),
      importance: 'LOW',
      documentation:
        'Unit of numbers that are written or read: `seconds`, `milliseconds`, `microseconds` or `nanoseconds`. What is smaller than a millisecond is lost.',
    },
    replaceNullKey,
  ]),
  create,
};

function create({ config, side, nowMs }: TransformOptions): Transform {
  const name = config.string('field');
  const target = timestampKinds.find(kind => kind === config.string('target.type')) ?? 'Timestamp';
  const format = config.string('format');
  if (target === 'string' && format.trim() === '') {
    throw new ConnectError(
      'CONFIG_INVALID',
      'TimestampConverter requires format option to be specified when using string timestamps',
    );
  }
  const translator = new TimestampTranslator({
    target,
    pattern: format.trim() === '' ? null : new DatePattern(format, nowMs),
    precision: unixPrecisions.find(precision => precision === config.string('unix.precision')) ?? 'milliseconds',
  });
  const replacesNull = config.boolean('replace.null.with.default');
  const typed = (schema: Schema, value: ConnectValue): ConnectValue => {
    const kind = kindOfSchema(schema);
    return value === null ? null : translator.translate(kind, value);
  };
  const untyped = (value: ConnectValue): ConnectValue =>
    value === null ? null : translator.translate(kindOfValue(value), value);
  const convertField = (struct: Struct, updated: Schema): Struct => {
    const builder = new StructBuilder(requireStructSchema(updated));
    for (const field of struct.schema.fields) {
      const value = readField(struct, field.name, replacesNull);
      builder.put(field.name, field.name === name ? typed(field.schema, value) : value);
    }
    return builder.build();
  };
  const updatedSchema = rememberBySchema((schema: Schema) => {
    const fields = requireStructSchema(schema).fields.map(field =>
      field.name === name ? { name, schema: schemaOfKind(target, field.schema.isOptional) } : field,
    );
    const builder = copyBasics(schema, SchemaBuilder.struct(fields));
    if (schema.isOptional) builder.optional();
    const { defaultValue } = schema;
    if (defaultValue instanceof Struct) builder.defaultValue(convertField(defaultValue, builder.build()));
    return builder.build();
  });
  return record => {
    const { schema, value } = side.read(record);
    if (schema === null) {
      if (value === null || name === '') return side.replace(record, null, untyped(value));
      const map = requireMap(value, purpose);
      return side.replace(record, null, new Map([...map, [name, untyped(map.get(name) ?? null)]]));
    }
    if (name === '') return side.replace(record, schemaOfKind(target, schema.isOptional), typed(schema, value));
    const struct = value === null ? null : requireStruct(value, purpose);
    const updated = updatedSchema(schema);
    return side.replace(record, updated, struct === null ? null : convertField(struct, updated));
  };
}
