/** Connect's logical types as Avro has them. */
import { JsonNumber } from '../../data/json-node.ts';
import { dateName, decimalName, timeName, timestampName } from '../../data/logical-types.ts';
import type { Schema } from '../../data/schema.ts';
import { ConnectError } from '../../errors/connect-error.ts';
import { defaultPrecision, precisionParameter } from './avro-names.ts';
import type { AvroProps, AvroSchema } from './avro-schema.ts';

/** Sets `scale` and `precision` of a decimal. @throws {ConnectError} SCHEMA_INVALID unless its parameters are integers. */
export function describeDecimal(schema: Schema, props: AvroProps): void {
  const { scale, precision } = decimalTraits(schema);
  props.set('scale', new JsonNumber(String(scale)));
  props.set('precision', new JsonNumber(String(precision)));
}

/**
 * Avro's name of the logical type that a Connect schema is by its name; null for none.
 *
 * @param base Avro's type of it.
 * @throws {ConnectError} SCHEMA_INVALID when Avro has no such type.
 * @see `org.apache.avro.LogicalTypes`, which checks a decimal unless its scale is negative or exceeds its precision.
 */
export function logicalTypeOf(schema: Schema, base: AvroSchema): string | null {
  switch (schema.name) {
    case decimalName:
      checkDecimal(schema, base);
      return 'decimal';
    case timeName:
      return onlyFor('int', schema, base, 'time-millis');
    case timestampName:
      return onlyFor('long', schema, base, 'timestamp-millis');
    case dateName:
      return onlyFor('int', schema, base, 'date');
    default:
      return null;
  }
}

function onlyFor(type: AvroSchema['type'], schema: Schema, base: AvroSchema, name: string): string {
  if (base.type === type) return name;
  throw invalid(`A schema of type ${schema.type} cannot be a logical type of name '${schema.name ?? ''}'`);
}

function checkDecimal(schema: Schema, base: AvroSchema): void {
  if (base.type !== 'fixed') onlyFor('bytes', schema, base, 'decimal');
  const { scale, precision } = decimalTraits(schema);
  if (scale < 0 || scale > precision) return;
  if (precision === 0) throw invalid('A decimal has a precision of 0; it has to be positive');
  const most = base.type === 'fixed' ? Math.floor(Math.log10(2) * (8 * base.size - 1)) : precision;
  if (precision > most) {
    throw invalid(
      `A fixed decimal has a precision of ${precision}, and its bytes hold ${most} digits; set parameter '${precisionParameter}'`,
    );
  }
}

function decimalTraits(schema: Schema): { readonly scale: number; readonly precision: number } {
  return {
    scale: integerParameter(schema, 'scale', undefined),
    precision: integerParameter(schema, precisionParameter, defaultPrecision),
  };
}

function integerParameter(schema: Schema, name: string, otherwise: number | undefined): number {
  const text = schema.parameters?.get(name);
  if (text === undefined && otherwise !== undefined) return otherwise;
  const value = Number(text);
  if (text !== undefined && /^[+-]?[0-9]+$/.test(text) && value === (value | 0)) return value;
  throw invalid(`Parameter '${name}' of a decimal has to be an integer`);
}

function invalid(message: string): ConnectError {
  return new ConnectError('SCHEMA_INVALID', message);
}
