/** Cases for Kafka Connect's own classes: how they are written for ConnectCases.java, and how it is run. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { SystemClock } from '../../../src/async/clock.ts';
import { resolveKafkaJars } from '../../../src/cli/broker/kafka-jars.ts';
import { packageRoot } from '../../../src/config/package-root.ts';
import {
  isConnectList,
  isConnectMap,
  type ConnectValue,
  type SchemaAndValue,
} from '../../../src/data/connect-value.ts';
import { Decimal } from '../../../src/data/decimal.ts';
import { Instant } from '../../../src/data/instant.ts';
import { NarrowNumber } from '../../../src/data/narrow-number.ts';
import type { Schema } from '../../../src/data/schema.ts';
import { Struct } from '../../../src/data/struct.ts';
import { toUntyped } from '../../../src/data/untyped-value.ts';
import type { ConnectRecord } from '../../../src/transforms/connect-record.ts';

/** JSON of any shape. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Whether the JSON is an object. */
export function isJsonRecord(json: Json): json is { readonly [key: string]: Json } {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/** Whether the JSON is a list. */
export function isJsonList(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}

/** What Java answers: a result, or the class of the error. */
export interface Answer {
  readonly ok?: Json;
  readonly error?: 'config' | 'data' | 'other';
  readonly message?: string;
}

const runTimeoutMs = 120_000;

/** Java's answers to the cases, in their order. */
export async function askJava(cases: readonly Json[]): Promise<readonly Answer[]> {
  const program = join(packageRoot(), 'test/conformance/parity/ConnectCases.java');
  return askProgram(['-cp', await kafkaClassPath(), program], cases);
}

/** Class path of Kafka's jars. */
export async function kafkaClassPath(): Promise<string> {
  const clock = new SystemClock();
  const signal = AbortSignal.timeout(10 * 60_000);
  const { folder } = await resolveKafkaJars({ clock, signal, report: line => process.stderr.write(`${line}\n`) });
  return join(folder, '*');
}

/** Answers of a Java program that reads and writes as `ConnectCases.java` does. */
export function askProgram(args: readonly string[], cases: readonly Json[]): readonly Answer[] {
  const result = spawnSync('java', args, {
    input: cases.map(one => JSON.stringify(one)).join('\n'),
    encoding: 'utf8',
    timeout: runTimeoutMs,
    maxBuffer: 256 * 1024 * 1024,
  });
  if (result.error !== undefined) {
    throw new Error(`This test needs a JDK (17 or newer): 'java' on the PATH. ${result.error.message}`);
  }
  assert.equal(result.status, 0, result.stderr);
  const lines = result.stdout.split('\n').filter(line => line !== '');
  assert.equal(lines.length, cases.length, result.stderr);
  return lines.map(line => JSON.parse(line) as Answer);
}

/** A record. */
export function encodeRecord(record: ConnectRecord): Json {
  return {
    topic: record.topic,
    partition: record.partition,
    timestamp: record.timestampMs === null ? null : String(record.timestampMs),
    keySchema: encodeSchema(record.keySchema),
    key: encodeValue(record.keySchema, record.key),
    valueSchema: encodeSchema(record.valueSchema),
    value: encodeValue(record.valueSchema, record.value),
    headers: [...record.headers].map(header => ({ key: header.key, ...encodeData(header) })),
    offset: record.origin.kind === 'sink' ? String(record.origin.offset) : null,
  };
}

/** A schema with its value. */
export function encodeData({ schema, value }: SchemaAndValue): { schema: Json; value: Json } {
  return { schema: encodeSchema(schema), value: encodeValue(schema, value) };
}

/** A schema; of a struct that stands within one of its name and fields, the name alone. */
export function encodeSchema(schema: Schema | null, within: readonly string[] = []): Json {
  if (schema === null) return null;
  const shape = JSON.stringify(schema.type === 'STRUCT' ? [schema.name, schema.fields.map(({ name }) => name)] : '');
  if (schema.name !== null && within.includes(shape)) {
    return { type: schema.type, optional: schema.isOptional, again: schema.name };
  }
  const here = [...within, shape];
  return {
    type: schema.type,
    optional: schema.isOptional,
    ...(schema.defaultValue === undefined ? {} : { default: encodeValue(schema, schema.defaultValue) }),
    ...(schema.name === null ? {} : { name: schema.name }),
    ...(schema.version === null ? {} : { version: schema.version }),
    ...(schema.doc === null ? {} : { doc: schema.doc }),
    ...(schema.parameters === null ? {} : { parameters: [...schema.parameters] }),
    ...(schema.type === 'ARRAY' ? { items: encodeSchema(schema.items, within) } : {}),
    ...(schema.type === 'MAP'
      ? { keys: encodeSchema(schema.keys, within), values: encodeSchema(schema.values, within) }
      : {}),
    ...(schema.type === 'STRUCT'
      ? { fields: schema.fields.map(field => ({ name: field.name, schema: encodeSchema(field.schema, here) })) }
      : {}),
  };
}

/** A value with its Java class; entries of maps in the order of their keys' text. */
export function encodeValue(schema: Schema | null, value: ConnectValue): Json {
  return encodeUntyped(toUntyped(schema, value));
}

const javaClasses = { INT8: 'Byte', INT16: 'Short', INT32: 'Integer', FLOAT32: 'Float' } as const;

function encodeUntyped(value: ConnectValue): Json {
  if (value === null) return null;
  if (typeof value === 'boolean') return ['Boolean', String(value)];
  if (typeof value === 'string') return ['String', value];
  if (typeof value === 'bigint') return ['Long', String(value)];
  if (typeof value === 'number') return ['Double', floatBits(value, 8)];
  if (value instanceof NarrowNumber) {
    return [javaClasses[value.type], value.type === 'FLOAT32' ? floatBits(value.value, 4) : String(value.value)];
  }
  if (value instanceof Uint8Array) return ['Bytes', Buffer.from(value).toString('base64')];
  if (value instanceof Decimal) return ['Decimal', String(value.unscaled), String(value.scale)];
  if (value instanceof Instant) return ['Date', String(value.epochMs)];
  if (value instanceof Struct) {
    const values = [...value.entries()].map(([field, item]) => encodeValue(field.schema, item));
    return ['Struct', encodeSchema(value.schema), values];
  }
  if (isConnectList(value)) return ['List', value.map(encodeUntyped)];
  assert(isConnectMap(value));
  const entries = [...value].map(([key, item]): [Json, Json] => [encodeUntyped(key), encodeUntyped(item)]);
  return ['Map', entries.toSorted(([a], [b]) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))];
}

function floatBits(value: number, byteLength: 4 | 8): string {
  const bytes = Buffer.alloc(byteLength);
  if (byteLength === 4) bytes.writeFloatBE(value);
  else bytes.writeDoubleBE(value);
  return bytes.toString('hex');
}
