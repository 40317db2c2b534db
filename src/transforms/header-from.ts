import { ConfigDef } from '../config/config-def.ts';
import { oneOf } from '../config/validators.ts';
import { findField, type Schema } from '../data/schema.ts';
import { StructBuilder } from '../data/struct-builder.ts';
import { ConnectError } from '../errors/connect-error.ts';
import { nonEmptyList, replaceNullKey } from './common-keys.ts';
import { requireMap, requireStruct, requireStructSchema, unfit } from './requirements.ts';
import type { Transform, TransformKind, TransformOptions } from './transform.ts';
import { readField, rememberBySchema, withFields } from './updated-schema.ts';

/**
 * Moves or copies fields to headers.
 *
 * @see `org.apache.kafka.connect.transforms.HeaderFrom`.
 */
export const headerFromKind: TransformKind = {
  simpleName: 'HeaderFrom',
  hasSides: true,
  touches: ['headers'],
  configDef: new ConfigDef().defineAll([
    {
      name: 'fields',
      type: 'LIST',
      validator: nonEmptyList(),
      importance: 'HIGH',
      documentation: 'Fields whose values go to headers.',
    },
    {
      name: 'headers',
      type: 'LIST',
      validator: nonEmptyList(),
      importance: 'HIGH',
      documentation: 'Names of the headers, one for each of `fields`, in the same order.',
    },
    {
      name: 'operation',
      type: 'STRING',
      validator: oneOf('move', 'copy'),
      importance: 'HIGH',
      documentation: '`move` takes the fields out of the record, `copy` leaves them there.',
    },
    replaceNullKey,
  ]),
  create,
};

function create({ config, side }: TransformOptions): Transform {
  const fields = config.list('fields');
  const headerNames = config.list('headers');
  if (fields.length !== headerNames.length) {
    throw new ConnectError(
      'CONFIG_INVALID',
      "'fields' config must have the same number of elements as 'headers' config.",
    );
  }
  const pairs = fields.map((field, index) => [field, headerNames[index] ?? ''] as const);
  const isMove = config.string('operation') === 'move';
  const purpose = `header ${config.string('operation')}`;
  const replacesNull = config.boolean('replace.null.with.default');
  const movedSchema = rememberBySchema((schema: Schema) => {
    const kept = requireStructSchema(schema).fields.filter(field => !fields.includes(field.name));
    return withFields(schema, kept);
  });
  return record => {
    const { schema, value } = side.read(record);
    let { headers } = record;
    if (schema === null) {
      const map = requireMap(value, purpose);
      for (const [field, key] of pairs) headers = headers.add({ key, schema: null, value: map.get(field) ?? null });
      const updated = new Map([...map].filter(([key]) => !isMove || typeof key !== 'string' || !fields.includes(key)));
      return side.replace({ ...record, headers }, null, updated);
    }
    const struct = requireStruct(value, purpose);
    for (const [name, key] of pairs) {
      const field = findField(requireStructSchema(schema), name);
      if (field === undefined) throw unfit(`Field does not exist: ${name}`);
      headers = headers.add({ key, schema: field.schema, value: readField(struct, name, replacesNull) });
    }
    if (!isMove) return { ...record, headers };
    const updated = movedSchema(schema);
    const builder = new StructBuilder(updated);
    for (const { name } of updated.fields) builder.put(name, readField(struct, name, replacesNull));
    return side.replace({ ...record, headers }, updated, builder.build());
  };
}
