import { ConfigDef } from '../config/config-def.ts';
import { nonEmpty } from '../config/validators.ts';
import { isConnectList, isConnectMap, type ConnectValue } from '../data/connect-value.ts';
import { Decimal } from '../data/decimal.ts';
import { Instant } from '../data/instant.ts';
import { NarrowNumber } from '../data/narrow-number.ts';
import { plainTraits, type PrimitiveType } from '../data/schema.ts';
import { StructBuilder } from '../data/struct-builder.ts';
import { toTyped, toUntyped } from '../data/untyped-value.ts';
import { convertValue } from '../data/value-conversion.ts';
import { describeValue } from '../data/value-literal-text.ts';
import { nonEmptyList, replaceNullKey } from './common-keys.ts';
import { requireMap, requireStruct, unfit } from './requirements.ts';
import type { Transform, TransformKind, TransformOptions } from './transform.ts';
import { readField } from './updated-schema.ts';

const purpose = 'mask fields';

/**
 * Puts the zero of its type, or a fixed value, in place of what fields hold. Null stays null.
 *
 * @see `org.apache.kafka.connect.transforms.MaskField`.
 */
export const maskFieldKind: TransformKind = {
  simpleName: 'MaskField',
  hasSides: true,
  touches: [],
  configDef: new ConfigDef().defineAll([
    {
      name: 'fields',
      type: 'LIST',
      validator: nonEmptyList(),
      importance: 'HIGH',
      documentation: 'Fields to mask.',
    },
    {
      name: 'replacement',
      type: 'STRING',
      default: null,
      validator: nonEmpty(),
      importance: 'LOW',
      documentation: 'Text or number to put into all of them, which must be texts or numbers then.',
    },
    replaceNullKey,
  ]),
  create,
};

function create({ config, side }: TransformOptions): Transform {
  const fields = new Set(config.list('fields'));
  const replacement = config.stringOrNull('replacement');
  const replacesNull = config.boolean('replace.null.with.default');
  const mask = (value: ConnectValue): ConnectValue => {
    if (value === null) return null;
    return replacement === null ? zeroLike(value) : replaceLike(value, replacement);
  };
  return record => {
    const { schema, value } = side.read(record);
    if (schema === null) {
      const updated = new Map(requireMap(value, purpose));
      for (const field of fields) updated.set(field, mask(updated.get(field) ?? null));
      return side.replace(record, null, updated);
    }
    const struct = requireStruct(value, purpose);
    const builder = new StructBuilder(struct.schema);
    for (const { name, schema: of } of struct.schema.fields) {
      const field = readField(struct, name, replacesNull);
      builder.put(name, fields.has(name) ? toTyped(of, mask(toUntyped(of, field))) : field);
    }
    return side.replace(record, schema, builder.build());
  };
}

/** The zero of the value's type. */
function zeroLike(value: ConnectValue): ConnectValue {
  if (typeof value === 'boolean') return false;
  if (typeof value === 'number') return 0;
  if (typeof value === 'bigint') return 0n;
  if (typeof value === 'string') return '';
  if (value instanceof NarrowNumber) return new NarrowNumber(value.type, 0);
  if (value instanceof Decimal) return new Decimal(0n, 0);
  if (value instanceof Instant) return new Instant(0n);
  if (isConnectList(value)) return [];
  if (isConnectMap(value)) return new Map();
  throw unfit(`Cannot mask value of type: ${describeValue(value)}`);
}

/** The replacement in the value's type. */
function replaceLike(value: ConnectValue, replacement: string): ConnectValue {
  if (typeof value === 'string') return replacement;
  if (value instanceof Decimal) {
    const decimal = Decimal.parse(replacement);
    if (decimal !== undefined) return decimal;
    throw unfit('Unable to convert the replacement to a number');
  }
  const type = numberType(value);
  if (type !== undefined) return convertValue({ ...plainTraits, type }, null, replacement);
  throw unfit(`Cannot mask value of type ${describeValue(value)} with custom replacement.`);
}

function numberType(value: ConnectValue): PrimitiveType | undefined {
  if (value instanceof NarrowNumber) return value.type;
  if (typeof value === 'bigint') return 'INT64';
  return typeof value === 'number' ? 'FLOAT64' : undefined;
}
