import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/config/package-root.ts';
import { isConnectList, isConnectMap, type ConnectValue } from '../../../src/data/connect-value.ts';
import { Decimal } from '../../../src/data/decimal.ts';
import { Instant } from '../../../src/data/instant.ts';
import type { Schema } from '../../../src/data/schema.ts';
import { toJavaText } from '../../../src/data/value-text.ts';

/** What Kafka 4.1.0's own converters made of some inputs. */
export interface ConverterAnswers {
  readonly strings: readonly {
    readonly text: string;
    /** Of JsonConverter: required text, without schemas, optional text, text without schema. */
    readonly envelope: string;
    readonly plain: string;
    readonly optionalEnvelope: string;
    readonly schemalessEnvelope: string;
  }[];
  /** JsonConverter with and without schemas, and Java's `toString`, of the values in json-converter.test.ts, in their order. */
  readonly values: readonly {
    readonly envelope: string | null;
    readonly plain: string | null;
    readonly javaText: string | null;
  }[];
  /** Result: `ERR class: message`, or `JavaClass:value | toString | schema`. */
  readonly envelopeReads: readonly { readonly json: string; readonly result: string }[];
  readonly plainReads: readonly { readonly json: string; readonly result: string }[];
  /** Result: `schema JavaClass:value -> written again`. */
  readonly headers: readonly { readonly text: string; readonly result: string }[];
}

/** Reads them. */
export function converterAnswers(): ConverterAnswers {
  const path = join(packageRoot(), 'test/unit/converters/testdata/kafka-4.1.0-converters.json');
  return JSON.parse(readFileSync(path, 'utf8')) as ConverterAnswers;
}

/** Simple names of the Java classes of values, by schema type. */
const javaClasses: Readonly<Record<string, string>> = {
  INT8: 'Byte',
  INT16: 'Short',
  INT32: 'Integer',
  INT64: 'Long',
  FLOAT32: 'Float',
  FLOAT64: 'Double',
  BOOLEAN: 'Boolean',
  STRING: 'String',
  STRUCT: 'Struct',
};

const schemalessClasses: Readonly<Record<string, string>> = {
  bigint: 'Long',
  number: 'Double',
  boolean: 'Boolean',
  string: 'String',
};

/** A value with its Java classes, as the known answers show it. */
export function describeValue(schema: Schema | null, value: ConnectValue): string {
  if (value === null) return 'null';
  if (value instanceof Uint8Array) return `byte[]:${Buffer.from(value).toString('base64')}`;
  if (isConnectList(value)) {
    const items = schema?.type === 'ARRAY' ? schema.items : null;
    return `List[${value.map(item => `${describeValue(items, item)},`).join('')}]`;
  }
  if (isConnectMap(value)) {
    const [keys, items] = schema?.type === 'MAP' ? [schema.keys, schema.values] : [null, null];
    return `Map{${[...value].map(([key, item]) => `${describeValue(keys, key)}->${describeValue(items, item)};`).join('')}}`;
  }
  if (value instanceof Decimal) return `BigDecimal:${value.toJavaText()}`;
  if (value instanceof Instant) return `Date:${toJavaText(schema, value)}`;
  const javaClass = schema === null ? schemalessClasses[typeof value] : javaClasses[schema.type];
  return `${javaClass ?? '?'}:${toJavaText(schema, value)}`;
}
