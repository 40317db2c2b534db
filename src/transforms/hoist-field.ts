import { ConfigDef } from '../config/config-def.ts';
import type { Schema } from '../data/schema.ts';
import { SchemaBuilder } from '../data/schema-builder.ts';
import { StructBuilder } from '../data/struct-builder.ts';
import type { TransformKind } from './transform.ts';
import { rememberBySchema } from './updated-schema.ts';

/**
 * Makes the key or value the only field of a struct, or of a map where there is no schema.
 *
 * @see `org.apache.kafka.connect.transforms.HoistField`.
 */
export const hoistFieldKind: TransformKind = {
  simpleName: 'HoistField',
  hasSides: true,
  touches: [],
  configDef: new ConfigDef().define({
    name: 'field',
    type: 'STRING',
    importance: 'MEDIUM',
    documentation: 'Name of the field.',
  }),
  create: ({ config, side }) => {
    const name = config.string('field');
    const updatedSchema = rememberBySchema((schema: Schema) => SchemaBuilder.struct([{ name, schema }]).build());
    return record => {
      const { schema, value } = side.read(record);
      if (schema === null) return side.replace(record, null, new Map([[name, value]]));
      const updated = updatedSchema(schema);
      return side.replace(record, updated, new StructBuilder(updated).put(name, value).build());
    };
  },
};
