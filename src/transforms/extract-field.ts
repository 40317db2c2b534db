import { ConfigDef } from '../config/config-def.ts';
import { fieldSyntaxKey, replaceNullKey } from './common-keys.ts';
import { FieldPath } from './field-path.ts';
import { requireMap, requireStruct, unfit } from './requirements.ts';
import type { Transform, TransformKind, TransformOptions } from './transform.ts';

const purpose = 'field extraction';

/**
 * Replaces a struct or map by one of its fields. Null stays null.
 *
 * @see `org.apache.kafka.connect.transforms.ExtractField`.
 */
export const extractFieldKind: TransformKind = {
  simpleName: 'ExtractField',
  hasSides: true,
  touches: [],
  configDef: new ConfigDef().defineAll([
    { name: 'field', type: 'STRING', importance: 'MEDIUM', documentation: 'Field to extract.' },
    replaceNullKey,
    fieldSyntaxKey,
  ]),
  create,
};

function create({ config, side }: TransformOptions): Transform {
  const name = config.string('field');
  const path = new FieldPath(name, config.string('field.syntax.version').toUpperCase() === 'V2' ? 'V2' : 'V1');
  const replacesNull = config.boolean('replace.null.with.default');
  return record => {
    const { schema, value } = side.read(record);
    if (schema === null) {
      return side.replace(record, null, value === null ? null : path.readMap(requireMap(value, purpose)));
    }
    const struct = value === null ? null : requireStruct(value, purpose);
    const field = path.findField(schema);
    if (field === undefined) throw unfit(`Unknown field: ${name}`);
    return side.replace(record, field.schema, struct === null ? null : path.readStruct(struct, replacesNull));
  };
}
