import { ConfigDef } from '../config/config-def.ts';
import type { ConnectValue } from '../data/connect-value.ts';
import type { StructSchema } from '../data/schema.ts';
import { StructBuilder } from '../data/struct-builder.ts';
import { ConnectError } from '../errors/connect-error.ts';
import { listRule, replaceNullKey, splitAtColons } from './common-keys.ts';
import { requireMap, requireStruct, unfit } from './requirements.ts';
import type { Transform, TransformKind, TransformOptions } from './transform.ts';
import { readField, rememberBySchema, withFields } from './updated-schema.ts';

const purpose = 'field replacement';

/**
 * Leaves fields out and renames them.
 *
 * @see `org.apache.kafka.connect.transforms.ReplaceField`.
 */
export const replaceFieldKind: TransformKind = {
  simpleName: 'ReplaceField',
  hasSides: true,
  touches: [],
  configDef: new ConfigDef().defineAll([
    {
      name: 'exclude',
      type: 'LIST',
      default: '',
      importance: 'MEDIUM',
      documentation: 'Fields to leave out, those of `include` too.',
    },
    {
      name: 'include',
      type: 'LIST',
      default: '',
      importance: 'MEDIUM',
      documentation: 'Fields to keep; all when empty.',
    },
    {
      name: 'renames',
      type: 'LIST',
      default: '',
      validator: listRule('list of colon-delimited pairs, e.g. `foo:bar,abc:xyz`', parseRenames),
      importance: 'MEDIUM',
      documentation: 'Fields with their new names, as `old:new`; after the others were left out.',
    },
    replaceNullKey,
  ]),
  create,
};

function create({ config, side }: TransformOptions): Transform {
  const exclude = new Set(config.list('exclude'));
  const include = new Set(config.list('include'));
  const renames = parseRenames(config.list('renames'));
  const oldNames = new Map([...renames].map(([from, to]) => [to, from]));
  const replacesNull = config.boolean('replace.null.with.default');
  const isKept = (name: string): boolean => !exclude.has(name) && (include.size === 0 || include.has(name));
  const updatedSchema = rememberBySchema((schema: StructSchema) => {
    const kept = schema.fields.filter(field => isKept(field.name));
    return withFields(
      schema,
      kept.map(field => ({ name: renames.get(field.name) ?? field.name, schema: field.schema })),
    );
  });
  return record => {
    const { schema, value } = side.read(record);
    if (value === null) return record;
    if (schema === null) {
      const updated = new Map<ConnectValue, ConnectValue>();
      for (const [key, item] of requireMap(value, purpose)) {
        if (typeof key !== 'string') throw unfit(`Keys of maps must be texts for [${purpose}]`);
        if (isKept(key)) updated.set(renames.get(key) ?? key, item);
      }
      return side.replace(record, null, updated);
    }
    const struct = requireStruct(value, purpose);
    const updated = updatedSchema(struct.schema);
    const builder = new StructBuilder(updated);
    for (const { name } of updated.fields) {
      builder.put(name, readField(struct, oldNames.get(name) ?? name, replacesNull));
    }
    return side.replace(record, updated, builder.build());
  };
}

function parseRenames(renames: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    renames.map(rename => {
      const [from, to, ...more] = splitAtColons(rename);
      if (from !== undefined && to !== undefined && more.length === 0) return [from, to] as const;
      throw new ConnectError('CONFIG_INVALID', `Invalid rename mapping: ${rename}`);
    }),
  );
}
