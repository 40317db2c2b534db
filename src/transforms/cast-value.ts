import { isConnectList, isConnectMap, type ConnectValue } from '../data/connect-value.ts';
import { Decimal } from '../data/decimal.ts';
import { Instant } from '../data/instant.ts';
import { floatToInt32, floatToInt64, int64ToFloat32, lowBits, parseJavaFloat } from '../data/java-numbers.ts';
import { instantToBasic, logicalKind } from '../data/logical-types.ts';
import { NarrowNumber } from '../data/narrow-number.ts';
import type { Schema } from '../data/schema.ts';
import { toUntyped } from '../data/untyped-value.ts';
import { describeValue, valueToText } from '../data/value-literal-text.ts';
import { toJavaText } from '../data/value-text.ts';
import { Struct } from '../data/struct.ts';
import { unfit } from './requirements.ts';

/** Types that values can be cast to. */
export type CastType = 'INT8' | 'INT16' | 'INT32' | 'INT64' | 'FLOAT32' | 'FLOAT64' | 'BOOLEAN' | 'STRING';

/**
 * The value in another type, as data without schema has it; null stays null. Integers lose their high bits, floating point numbers
 * their fractions, texts are parsed.
 *
 * @param schema null for a value without schema.
 * @throws {ConnectError} DATA_INVALID
 */
export function castValue(schema: Schema | null, value: ConnectValue, type: CastType): ConnectValue {
  if (value === null) return null;
  checkInput(schema, value);
  if (type === 'STRING') return castToText(toUntyped(schema, value));
  const input = toBasic(schema, value);
  switch (type) {
    case 'INT8':
      return new NarrowNumber('INT8', castToInteger(input, 8));
    case 'INT16':
      return new NarrowNumber('INT16', castToInteger(input, 16));
    case 'INT32':
      return new NarrowNumber('INT32', castToInteger(input, 32));
    case 'INT64':
      return castToInt64(input);
    case 'FLOAT32':
      return new NarrowNumber('FLOAT32', castToFloat32(input));
    case 'FLOAT64':
      return castToFloat64(input);
    case 'BOOLEAN':
      return typeof input === 'string' ? input.toLowerCase() === 'true' : castToInt64(input) !== 0n;
  }
}

function checkInput(schema: Schema | null, value: ConnectValue): void {
  const isContainer =
    schema === null
      ? isConnectList(value) || isConnectMap(value) || value instanceof Struct
      : schema.type === 'ARRAY' || schema.type === 'MAP' || schema.type === 'STRUCT';
  const hasNoType = schema === null && (value instanceof Decimal || value instanceof Instant);
  if (isContainer || hasNoType) {
    throw unfit(`Cast transformation does not support casting from a ${describeValue(value)}`);
  }
}

/** Times as their numbers, where the schema tells what kind of time they are. */
function toBasic(schema: Schema | null, value: ConnectValue): ConnectValue {
  if (value instanceof Instant && schema !== null && logicalKind(schema) === 'instant') {
    return instantToBasic(schema, value);
  }
  return toUntyped(schema, value);
}

function castToInteger(value: ConnectValue, bits: 8 | 16 | 32): number {
  const float = floatOf(value);
  if (float !== undefined) return lowBits(BigInt(floatToInt32(float)), bits);
  if (typeof value !== 'string') return lowBits(castToInt64(value), bits);
  return Number(parseInteger(value, bits));
}

function castToInt64(value: ConnectValue): bigint {
  const float = floatOf(value);
  if (float !== undefined) return floatToInt64(float);
  if (typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (value instanceof Decimal) return value.toInt64();
  if (typeof value === 'string') return parseInteger(value, 64);
  throw unexpected(value);
}

function castToFloat32(value: ConnectValue): number {
  if (typeof value === 'bigint') return int64ToFloat32(value);
  return Math.fround(castToFloat64(value));
}

function castToFloat64(value: ConnectValue): number {
  const float = floatOf(value);
  if (float !== undefined) return float;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Decimal) return value.toNumber();
  const parsed = typeof value === 'string' ? parseJavaFloat(value) : undefined;
  if (parsed !== undefined) return parsed;
  throw typeof value === 'string' ? outOfRange() : unexpected(value);
}

function castToText(value: ConnectValue): string {
  return value instanceof Instant || value instanceof Uint8Array ? valueToText(null, value) : toJavaText(null, value);
}

function floatOf(value: ConnectValue): number | undefined {
  if (typeof value === 'number') return value;
  return value instanceof NarrowNumber ? value.value : undefined;
}

/** Java's `parseByte` to `parseLong`. */
function parseInteger(text: string, bits: number): bigint {
  if (!/^[+-]?[0-9]{1,100}$/.test(text)) throw outOfRange();
  const value = BigInt(text.replace(/^\+/, ''));
  if (BigInt.asIntN(bits, value) !== value) throw outOfRange();
  return value;
}

function outOfRange(): Error {
  return unfit('A text was out of range for the requested data type, or is no number');
}

function unexpected(value: ConnectValue): Error {
  return unfit(`Unexpected type in Cast transformation: ${describeValue(value)}`);
}
