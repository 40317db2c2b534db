import { ConfigDef } from '../config/config-def.ts';
import type { StructSchema } from '../data/schema.ts';
import { findField } from '../data/schema.ts';
import { SchemaBuilder } from '../data/schema-builder.ts';
import { StructBuilder } from '../data/struct-builder.ts';
import { nonEmptyList, replaceNullKey } from './common-keys.ts';
import { requireMap, requireStruct, unfit } from './requirements.ts';
import type { TransformKind } from './transform.ts';
import { readField, rememberBySchema } from './updated-schema.ts';

const purpose = 'copying fields from value to key';

/**
 * Makes a new key of fields of the value.
 *
 * @see `org.apache.kafka.connect.transforms.ValueToKey`.
 */
export const valueToKeyKind: TransformKind = {
  simpleName: 'ValueToKey',
  hasSides: false,
  touches: ['key', 'value'],
  configDef: new ConfigDef().defineAll([
    {
      name: 'fields',
      type: 'LIST',
      validator: nonEmptyList(),
      importance: 'HIGH',
      documentation: 'Fields of the value that make up the key.',
    },
    replaceNullKey,
  ]),
  create: ({ config }) => {
    const names = config.list('fields');
    const replacesNull = config.boolean('replace.null.with.default');
    const keySchemaOf = rememberBySchema((schema: StructSchema) => {
      const fields = names.map(name => {
        const field = findField(schema, name);
        if (field === undefined) throw unfit(`Field does not exist: ${name}`);
        return field;
      });
      return SchemaBuilder.struct(fields).build();
    });
    return record => {
      if (record.valueSchema === null) {
        const map = requireMap(record.value, purpose);
        return { ...record, keySchema: null, key: new Map(names.map(name => [name, map.get(name) ?? null])) };
      }
      const struct = requireStruct(record.value, purpose);
      const keySchema = keySchemaOf(struct.schema);
      const key = new StructBuilder(keySchema);
      for (const name of names) key.put(name, readField(struct, name, replacesNull));
      return { ...record, keySchema, key: key.build() };
    };
  },
};
