import { ConnectError } from '../../errors/connect-error.ts';
import type { AvroSchema } from './avro-schema.ts';

/** Deepest nesting of data, and most items that take no bytes, that are read (I7). */
const maxDepth = 500;
const maxEmptyItems = 1_000_000;

/** Where a walk is. */
interface Walk {
  readonly bytes: Buffer;
  readonly end: number;
  position: number;
  depth: number;
  emptyItems: number;
}

type Skip = (walk: Walk) => void;

/**
 * Walks over data of a schema without reading it, and finds what is wrong with it: avsc trusts lengths and counts, and would
 * make lists of any size, or read on beyond the end. After this, what it reads is bounded by the bytes that there are.
 */
export class AvroSkimmer {
  readonly #skip: Skip;
  readonly #skips = new Map<AvroSchema, Skip>();
  readonly #walk: { -readonly [key in keyof Walk]: Walk[key] };

  constructor(schema: AvroSchema) {
    this.#skip = this.#compile(schema);
    this.#walk = { bytes: Buffer.alloc(0), end: 0, position: 0, depth: 0, emptyItems: 0 };
  }

  /**
   * Where the value that starts there ends.
   *
   * @throws {ConnectError} DATA_INVALID
   */
  findEnd(bytes: Buffer, start: number, end: number): number {
    const walk = this.#walk;
    walk.bytes = bytes;
    walk.end = end;
    walk.position = start;
    walk.depth = 0;
    walk.emptyItems = 0;
    this.#skip(walk);
    return walk.position;
  }

  #compile(schema: AvroSchema): Skip {
    const known = this.#skips.get(schema);
    if (known !== undefined) return known;
    if (schema.type !== 'record') return this.#compilePart(schema);
    // The record may contain itself, so it is known before its fields are.
    const fields: Skip[] = [];
    const skip: Skip = walk => {
      if ((walk.depth += 1) > maxDepth) throw malformed(`is nested deeper than ${maxDepth} levels`);
      for (const field of fields) field(walk);
      walk.depth -= 1;
    };
    this.#skips.set(schema, skip);
    for (const field of schema.fields) fields.push(this.#compile(field.schema));
    return skip;
  }

  #compilePart(schema: Exclude<AvroSchema, { readonly type: 'record' }>): Skip {
    switch (schema.type) {
      case 'null':
        return () => undefined;
      case 'boolean':
        return skipBoolean;
      case 'int':
        return walk => skipVarint(walk, maxIntBytes);
      case 'long':
        return walk => skipVarint(walk, maxLongBytes);
      case 'float':
        return walk => advance(walk, 4);
      case 'double':
        return walk => advance(walk, 8);
      case 'bytes':
      case 'string':
        return walk => advance(walk, readVarint(walk));
      case 'fixed':
        return walk => advance(walk, schema.size);
      case 'enum':
        return walk => {
          const index = readVarint(walk);
          if (index < 0 || index >= schema.symbols.length) throw malformed('has an enum without that symbol');
        };
      case 'array':
        return skipBlocks(this.#compile(schema.items));
      case 'map': {
        const value = this.#compile(schema.values);
        return skipBlocks(walk => {
          advance(walk, readVarint(walk));
          value(walk);
        });
      }
      case 'union': {
        const branches = schema.branches.map(branch => this.#compile(branch));
        return walk => {
          const branch = branches[readVarint(walk)];
          if (branch === undefined) throw malformed('has a union without that branch');
          branch(walk);
        };
      }
    }
  }
}

/** Lists and maps: blocks of a count and as many items; a negative count is followed by the size of the block. */
function skipBlocks(item: Skip): Skip {
  return walk => {
    if ((walk.depth += 1) > maxDepth) throw malformed(`is nested deeper than ${maxDepth} levels`);
    for (let count = readVarint(walk); count !== 0; count = readVarint(walk)) {
      if (count < 0) {
        count = -count;
        skipVarint(walk, maxLongBytes);
      }
      for (let index = 0; index < count; index += 1) {
        const { position } = walk;
        item(walk);
        if (walk.position === position && (walk.emptyItems += 1) > maxEmptyItems) {
          throw malformed(`has more than ${maxEmptyItems} items without bytes`);
        }
      }
    }
    walk.depth -= 1;
  };
}

const maxIntBytes = 5;
const maxLongBytes = 10;

function skipBoolean(walk: Walk): void {
  const byte = walk.bytes[walk.position] ?? 2;
  advance(walk, 1);
  if (byte > 1) throw malformed('has a boolean that is neither 0 nor 1');
}

function skipVarint(walk: Walk, maxBytes: number): void {
  const { bytes, end } = walk;
  for (let count = 0; count < maxBytes && walk.position < end; count += 1) {
    const byte = bytes[walk.position] ?? 0;
    walk.position += 1;
    if (byte < 0x80) return;
  }
  throw malformed(walk.position >= end ? 'ends too early' : 'has an integer that is too long');
}

/** A length, a count or an index; one beyond 2^53 is as wrong as it is exact. */
function readVarint(walk: Walk): number {
  const start = walk.position;
  skipVarint(walk, maxLongBytes);
  const { bytes, position } = walk;
  if (position === start + 1) {
    const byte = bytes[start] ?? 0;
    return (byte >>> 1) ^ -(byte & 1);
  }
  let zigzag = 0;
  let factor = 1;
  for (let index = start; index < position; index += 1) {
    zigzag += ((bytes[index] ?? 0) & 0x7f) * factor;
    factor *= 128;
  }
  return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
}

function advance(walk: Walk, byteLength: number): void {
  if (byteLength < 0) throw malformed('has a negative length');
  if (byteLength > walk.end - walk.position) throw malformed('ends too early');
  walk.position += byteLength;
}

function malformed(what: string): ConnectError {
  return new ConnectError('DATA_INVALID', `Avro data is malformed: it ${what}`);
}
