import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/config/package-root.ts';

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
