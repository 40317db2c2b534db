/** Logical types in the form that JsonConverter gives them. */
import type { ConnectValue } from '../data/connect-value.ts';
import { Decimal } from '../data/decimal.ts';
import { Instant } from '../data/instant.ts';
import { JsonNumber, type JsonNode } from '../data/json-node.ts';
import {
  dateName,
  decimalFromBytes,
  decimalName,
  decimalToBytes,
  instantOfDays,
  instantOfTimeMs,
  instantToBasic,
  timeName,
} from '../data/logical-types.ts';
import type { Schema } from '../data/schema.ts';
import { ConnectError } from '../errors/connect-error.ts';

/** How decimals are written: the unscaled value's bytes as base64, or a plain number. */
export type DecimalFormat = 'BASE64' | 'NUMERIC';

/** Reads a value of a logical type. @throws {ConnectError} DATA_INVALID with Kafka Connect's texts. */
export function logicalFromJson(schema: Schema, node: JsonNode): ConnectValue {
  switch (schema.name) {
    case decimalName:
      return decimalFromJson(schema, node);
    case dateName:
      return instantOfDays(int32Of(node, 'Date'));
    case timeName:
      return instantOfTimeMs(int32Of(node, 'Time'));
    default:
      if (node instanceof JsonNumber && node.isIntegral) return new Instant(node.toBigInt());
      throw invalid('Invalid type for Timestamp, underlying representation should be integral');
  }
}

/** Writes a value of a logical type. @throws {ConnectError} DATA_INVALID with Kafka Connect's texts. */
export function logicalToJson(schema: Schema, value: ConnectValue, format: DecimalFormat): JsonNode {
  if (schema.name === decimalName) {
    if (!(value instanceof Decimal)) throw invalid('Invalid type for Decimal, expected BigDecimal');
    if (format === 'NUMERIC') return new JsonNumber(value.toJavaText());
    return Buffer.from(decimalToBytes(schema, value)).toString('base64');
  }
  if (value instanceof Instant) return new JsonNumber(String(instantToBasic(schema, value)));
  throw invalid(`Invalid type for ${schema.name ?? ''}, expected Date`);
}

/** Bytes of a base64 text. @throws {ConnectError} DATA_INVALID */
export function readBase64(node: JsonNode): Uint8Array {
  if (typeof node !== 'string' || !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(node)) {
    throw invalid('Invalid bytes field');
  }
  return Buffer.from(node, 'base64');
}

function decimalFromJson(schema: Schema, node: JsonNode): Decimal {
  if (typeof node === 'string') return decimalFromBytes(schema, readBase64(node));
  const decimal = node instanceof JsonNumber ? Decimal.parse(node.text) : undefined;
  if (decimal !== undefined) return decimal;
  throw invalid('Invalid type for Decimal, underlying representation should be numeric or bytes');
}

function int32Of(node: JsonNode, typeName: string): number {
  const value = node instanceof JsonNumber && node.isIntegral ? node.toNumber() : NaN;
  if (value === (value | 0)) return value;
  throw invalid(`Invalid type for ${typeName}, underlying representation should be integer`);
}

function invalid(message: string): ConnectError {
  return new ConnectError('DATA_INVALID', message);
}
