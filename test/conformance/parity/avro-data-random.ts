/** Connect data of random schemas, for AvroConverter to write and to read again. */
import type { ConnectValue } from '../../../src/data/connect-value.ts';
import { Decimal } from '../../../src/data/decimal.ts';
import { Instant } from '../../../src/data/instant.ts';
import { dateSchema, decimalSchema, timeSchema, timestampSchema } from '../../../src/data/logical-types.ts';
import { bytesSchema, plainTraits, stringSchema, type Schema, type StructSchema } from '../../../src/data/schema.ts';
import { Struct } from '../../../src/data/struct.ts';
import { createRandom } from '../../support/random.ts';
import type { Written } from './avro-data-cases.ts';
import { primitive } from './transform-records.ts';

const enumName = 'io.confluent.connect.avro.Enum';
const unionName = 'io.confluent.connect.avro.Union';
const days = 20_000;

/** Schemas of one case; each named type has a name of its own, so that none is another's. */
class RandomSchemas {
  readonly #random: (bound: number) => number;
  #names = 0;

  constructor(random: (bound: number) => number) {
    this.#random = random;
  }

  schema(depth: number): Schema {
    return this.#traits(this.#bare(depth));
  }

  value(schema: Schema): ConnectValue {
    if (schema.isOptional && this.#random(4) === 0) return null;
    return this.#present(schema);
  }

  #bare(depth: number): Schema {
    const kinds = depth > 0 ? 17 : 13;
    switch (this.#random(kinds)) {
      case 0:
        return primitive('INT8');
      case 1:
        return primitive('INT16');
      case 2:
        return primitive('INT32');
      case 3:
        return primitive('INT64');
      case 4:
        return primitive('FLOAT32');
      case 5:
        return primitive('FLOAT64');
      case 6:
        return primitive('BOOLEAN');
      case 7:
        return bytesSchema;
      case 8:
        return this.#pick([dateSchema, timeSchema, timestampSchema]);
      case 9:
        return decimalSchema(this.#random(4));
      case 10:
        return this.#enum();
      case 11:
        return { ...bytesSchema, name: this.#name('Fixed'), parameters: new Map([['connect.fixed.size', '2']]) };
      case 13:
        return { ...plainTraits, type: 'ARRAY', items: this.schema(depth - 1) };
      case 14:
        return { ...plainTraits, type: 'MAP', keys: stringSchema, values: this.schema(depth - 1) };
      case 15:
        return {
          ...plainTraits,
          type: 'MAP',
          keys: primitive('INT32'),
          values: this.schema(depth - 1),
          name: this.#name('Map'),
        };
      case 16:
        return this.#random(3) === 0 ? this.#union(depth) : this.#struct(depth);
      default:
        return stringSchema;
    }
  }

  #enum(): Schema {
    const name = this.#name('Enum');
    const symbols = ['A', 'B', 'C'].map((symbol): [string, string] => [`${enumName}.${symbol}`, symbol]);
    return { ...stringSchema, name, parameters: new Map([[enumName, name], ...symbols]) };
  }

  #struct(depth: number): StructSchema {
    const fields = Array.from({ length: this.#random(5) }, (_, index) => ({
      name: this.#pick(['f', 'Field', '_x', 'a9']) + String(index),
      schema: this.schema(depth - 1),
    }));
    return { ...plainTraits, type: 'STRUCT', name: this.#random(4) === 0 ? null : this.#name('Struct'), fields };
  }

  #union(depth: number): StructSchema {
    const named = this.#struct(depth);
    const branches: readonly (readonly [string, Schema])[] = [
      ['int', primitive('INT32')],
      ['string', stringSchema],
      ['double', primitive('FLOAT64')],
      ['array', { ...plainTraits, type: 'ARRAY', items: this.schema(depth - 1) }],
      ['map', { ...plainTraits, type: 'MAP', keys: stringSchema, values: this.schema(depth - 1) }],
      [named.name?.replace('random.', '') ?? '', named],
    ];
    const chosen = branches.filter(([name]) => name !== '' && this.#random(2) === 0);
    const fields = (chosen.length < 2 ? branches.slice(0, 2) : chosen).map(([name, schema]) => ({
      name,
      schema: { ...schema, isOptional: true },
    }));
    return { ...plainTraits, type: 'STRUCT', name: unionName, fields };
  }

  #traits(schema: Schema): Schema {
    const isUnion = schema.name === unionName;
    const described: Schema = {
      ...schema,
      isOptional: this.#random(3) === 0,
      version: schema.version ?? (this.#random(5) === 0 && !isUnion ? 1 + this.#random(3) : null),
      doc: this.#random(5) === 0 && !isUnion ? 'ä "doc"' : null,
      parameters:
        this.#random(5) === 0 && !isUnion ? new Map([...(schema.parameters ?? []), ['k', 'v']]) : schema.parameters,
    };
    // Defaults with parts are among the special cases and the deviations.
    if (this.#random(4) !== 0 || ['ARRAY', 'MAP', 'STRUCT'].includes(schema.type)) return described;
    return { ...described, defaultValue: this.#present(described) };
  }

  #present(schema: Schema): ConnectValue {
    const any = this.#random(1000);
    if (schema.name === dateSchema.name) return new Instant(BigInt(any - 500) * BigInt(days) * 86_400n);
    if (schema.name === timeSchema.name || schema.name === timestampSchema.name) return new Instant(BigInt(any));
    if (schema.name === 'org.apache.kafka.connect.data.Decimal') {
      return new Decimal(BigInt(any - 500), Number(schema.parameters?.get('scale')));
    }
    switch (schema.type) {
      case 'INT8':
        return (any % 256) - 128;
      case 'INT16':
      case 'INT32':
        return any * 60 - 30_000;
      case 'INT64':
        return BigInt(any - 500) ** 7n;
      case 'FLOAT32':
        return Math.fround(any / 7);
      case 'FLOAT64':
        return any / 7 - 50;
      case 'BOOLEAN':
        return any % 2 === 0;
      case 'STRING':
        return schema.parameters?.has(enumName) === true
          ? this.#pick(['A', 'B', 'C'])
          : this.#pick(['', 'text', 'ä😀']);
      case 'BYTES':
        return Buffer.from([any % 256, (any * 7) % 256]);
      case 'ARRAY': {
        const { items } = schema;
        if (items === null) return [];
        return Array.from({ length: this.#random(3) }, () => this.value(items));
      }
      case 'MAP': {
        const { values } = schema;
        const key = schema.keys?.type === 'STRING' ? 'key' : 5;
        return new Map(values === null || any % 3 === 0 ? [] : [[key, this.value(values)]]);
      }
      case 'STRUCT':
        return this.#structValue(schema);
    }
  }

  #structValue(schema: StructSchema): Struct {
    const chosen = this.#random(schema.fields.length);
    const isUnion = schema.name === unionName;
    return new Struct(
      schema,
      schema.fields.map((field, index) => {
        if (!isUnion) return this.value(field.schema);
        return index === chosen ? this.#present(field.schema) : null;
      }),
    );
  }

  #pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.#random(choices.length)] ?? choices[0];
  }

  #name(kind: string): string {
    this.#names += 1;
    return `random.${kind}${this.#names}`;
  }
}

/** That many cases, always the same ones. */
export function writtenAtRandom(count: number): readonly Written[] {
  const random = createRandom(90);
  return Array.from({ length: count }, (_, index) => {
    const schemas = new RandomSchemas(random);
    const schema = schemas.schema(3);
    return { title: `random schema ${index}`, schema, value: schemas.value(schema) };
  });
}
