import avsc from 'avsc';
import { ConnectError } from '../../errors/connect-error.ts';
import type { AvroNamed, AvroSchema, AvroUnion } from './avro-schema.ts';

/**
 * Values as avsc reads and writes them for the type of a schema:
 *
 * | schema | value |
 * |---|---|
 * | int, float, double | number |
 * | long | bigint |
 * | bytes, fixed | Buffer |
 * | record | object with fields `f0`, `f1`, … in the order of the schema's |
 * | enum | its symbol |
 * | array | list |
 * | map | list of records of key and value; in a union that has an array too, an object |
 * | union | null, or an object whose one field is named by {@link branchNames} |
 */
export type WireValue =
  null | boolean | number | bigint | string | Buffer | readonly WireValue[] | { readonly [field: string]: WireValue };

/** Name of a record's field on the wire. */
export function wireField(index: number): string {
  return `f${index}`;
}

/** Whether maps that are branches of this union are objects, because the union has an array too. */
export function hasMapObjects(union: AvroUnion): boolean {
  return union.branches.some(branch => branch.type === 'array') && union.branches.some(branch => branch.type === 'map');
}

/**
 * The avsc type of a schema, and the names of its named types in it.
 *
 * avsc gets nothing but the shape: names of types, fields and symbols are its own, so that neither names it does not take nor those
 * that mean something to JavaScript matter, and no defaults and attributes, which it would check by other rules than Java's.
 */
export class WireType {
  readonly type: avsc.Type;
  readonly #names = new Map<AvroNamed, string>();

  /** @throws {ConnectError} SCHEMA_INVALID */
  constructor(schema: AvroSchema) {
    try {
      const shape = this.#shape(schema, false);
      this.type = avsc.Type.forSchema(shape, { registry: { long: longType }, wrapUnions: true });
    } catch (error) {
      throw new ConnectError('SCHEMA_INVALID', 'An Avro schema cannot be compiled', { cause: error });
    }
  }

  /** Names of the branches of a union, null for the null branch. */
  branchNames(union: AvroUnion): readonly (string | null)[] {
    const mapName = hasMapObjects(union) ? 'map' : 'array';
    return union.branches.map(branch => {
      switch (branch.type) {
        case 'null':
          return null;
        case 'record':
        case 'enum':
        case 'fixed':
          return this.#names.get(branch) ?? '';
        case 'map':
          return mapName;
        default:
          return branch.type;
      }
    });
  }

  #shape(schema: AvroSchema, hasObjects: boolean): avsc.schema.AvroSchema {
    switch (schema.type) {
      case 'array':
        return { type: 'array', items: this.#shape(schema.items, false) };
      case 'map': {
        const values = this.#shape(schema.values, false);
        if (hasObjects) return { type: 'map', values };
        // A map and a list of pairs are the same bytes.
        const fields = [
          { name: wireField(0), type: 'string' },
          { name: wireField(1), type: values },
        ];
        return { type: 'array', items: { type: 'record', name: `M${this.#nextNumber()}`, fields } };
      }
      case 'union': {
        const isMapObject = hasMapObjects(schema);
        return schema.branches.map(branch => this.#shape(branch, isMapObject)).flat();
      }
      case 'record':
      case 'enum':
      case 'fixed':
        return this.#namedShape(schema);
      default:
        return schema.type;
    }
  }

  #namedShape(schema: AvroNamed): avsc.schema.AvroSchema {
    const known = this.#names.get(schema);
    if (known !== undefined) return known;
    const name = `T${this.#nextNumber()}`;
    this.#names.set(schema, name);
    switch (schema.type) {
      case 'enum':
        return { type: 'enum', name, symbols: [...schema.symbols] };
      case 'fixed':
        return { type: 'fixed', name, size: schema.size };
      case 'record':
        return {
          type: 'record',
          name,
          fields: schema.fields.map((field, index) => ({
            name: wireField(index),
            type: this.#shape(field.schema, false),
          })),
        };
    }
  }

  #mapCount = 0;

  #nextNumber(): number {
    return this.#names.size + (this.#mapCount += 1);
  }
}

/** 64-bit integers without loss. The bytes are those on the wire: a zigzag varint. */
const longType = avsc.types.LongType.__with(
  {
    fromBuffer: readLong,
    toBuffer: writeLong,
    fromJSON: (value: unknown) => BigInt(String(value)),
    toJSON: (value: bigint) => String(value),
    isValid: (value: unknown) => typeof value === 'bigint' && BigInt.asIntN(64, value) === value,
    compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
  },
  true,
);

function readLong(bytes: Uint8Array): bigint {
  if (bytes.length <= 4) {
    let small = 0;
    for (const [index, byte] of bytes.entries()) small |= (byte & 0x7f) << (7 * index);
    return BigInt((small >>> 1) ^ -(small & 1));
  }
  let zigzag = 0n;
  for (const [index, byte] of bytes.entries()) zigzag |= BigInt(byte & 0x7f) << BigInt(7 * index);
  return BigInt.asIntN(64, (zigzag >> 1n) ^ -(zigzag & 1n));
}

function writeLong(value: bigint): Buffer {
  let zigzag = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  const bytes: number[] = [];
  while (zigzag > 0x7fn) {
    bytes.push(Number(zigzag & 0x7fn) | 0x80);
    zigzag >>= 7n;
  }
  bytes.push(Number(zigzag));
  return Buffer.from(bytes);
}
