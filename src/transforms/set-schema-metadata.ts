import { ConfigDef } from '../config/config-def.ts';
import type { StructSchema } from '../data/schema.ts';
import { StructBuilder } from '../data/struct-builder.ts';
import { Struct } from '../data/struct.ts';
import { ConnectError } from '../errors/connect-error.ts';
import { replaceNullKey } from './common-keys.ts';
import { requireStructSchema, unfit } from './requirements.ts';
import type { Transform, TransformKind, TransformOptions } from './transform.ts';
import { readField, rememberBySchema } from './updated-schema.ts';

/**
 * Gives the schema of structs another name, version, or both. Other schemas are refused, as Kafka Connect 4.1.0 does.
 *
 * @see `org.apache.kafka.connect.transforms.SetSchemaMetadata`.
 */
export const setSchemaMetadataKind: TransformKind = {
  simpleName: 'SetSchemaMetadata',
  hasSides: true,
  touches: [],
  configDef: new ConfigDef().defineAll([
    { name: 'schema.name', type: 'STRING', default: null, importance: 'HIGH', documentation: 'New name.' },
    { name: 'schema.version', type: 'INT', default: null, importance: 'HIGH', documentation: 'New version.' },
    replaceNullKey,
  ]),
  create,
};

function create({ config, side }: TransformOptions): Transform {
  const name = config.stringOrNull('schema.name');
  const version = config.intOrNull('schema.version');
  const replacesNull = config.boolean('replace.null.with.default');
  if (name === null && version === null) {
    throw new ConnectError('CONFIG_INVALID', 'Neither schema name nor version configured');
  }
  const updatedSchema = rememberBySchema((schema: StructSchema): StructSchema => ({
    ...schema,
    name: name ?? schema.name,
    version: version ?? schema.version,
  }));
  return record => {
    const { schema, value } = side.read(record);
    if (schema === null && value === null) return record;
    if (schema === null) throw unfit('Schema required for [updating schema metadata]');
    const updated = updatedSchema(requireStructSchema(schema));
    if (!(value instanceof Struct)) return side.replace(record, updated, value);
    const builder = new StructBuilder(updated);
    for (const field of updated.fields) builder.put(field.name, readField(value, field.name, replacesNull));
    return side.replace(record, updated, builder.build());
  };
}
