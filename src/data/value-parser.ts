/**
 * Values guessed from text: what looks like a boolean, number, time, list or map becomes one, all else stays text. Numbers get the
 * smallest type that holds them; items of a list get a common type, if there is one.
 *
 * @see `Values#parseString` in Kafka Connect, which SimpleHeaderConverter and InsertHeader use.
 */
import { ConnectError } from '../errors/connect-error.ts';
import { nullSchemaAndValue, type ConnectValue, type SchemaAndValue } from './connect-value.ts';
import { parseNumber, parseTemporal } from './value-literals.ts';
import { mergeSchemas } from './common-schema.ts';
import { trimSpace } from './java-numbers.ts';
import { plainTraits, stringSchema, type Schema } from './schema.ts';
import { toTyped } from './untyped-value.ts';
import { convertValue } from './value-conversion.ts';
import { ValueTokens } from './value-tokens.ts';

/** Deepest nesting of lists and maps that is looked for (I7). */
const maxDepth = 1000;

/** The value that the text looks like; never fails. The text `null` is no value, without schema. */
export function parseValue(text: string): SchemaAndValue {
  const { schema, value } = parseUntyped(text);
  return { schema, value: toTyped(schema, value) };
}

/** As {@link parseValue}, with the types of numbers by each value. */
export function parseUntyped(text: string): SchemaAndValue {
  if (text === '') return { schema: stringSchema, value: text };
  return new ValueReader(text).read(0) ?? nullSchemaAndValue;
}

class ValueReader {
  readonly #tokens: ValueTokens;

  constructor(text: string) {
    this.#tokens = new ValueTokens(text);
  }

  /** The value at this place; null for none. Beyond depth 0 what is neither quoted nor recognized is an error. */
  read(depth: number): SchemaAndValue | null {
    const tokens = this.#tokens;
    const isNested = depth > 0;
    if (!tokens.hasNext) return null;
    if (isNested && tokens.takeIf('"')) return this.#readQuoted();
    if (this.#takeWord('null', isNested)) return null;
    if (this.#takeWord('true', isNested)) return { schema: booleanSchema, value: true };
    if (this.#takeWord('false', isNested)) return { schema: booleanSchema, value: false };
    const start = tokens.mark();
    try {
      if (tokens.takeIf('[')) return this.#readList(depth + 1);
      if (tokens.takeIf('{')) return this.#readMap(depth + 1);
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error;
      // It only began like a list or map, and is text after all.
      tokens.rewindTo(start);
    }
    const token = tokens.take();
    if (trimSpace(token) === '') return { schema: stringSchema, value: token };
    return this.#readLiteral(trimSpace(token), isNested);
  }

  #takeWord(word: string, isNested: boolean): boolean {
    const start = this.#tokens.mark();
    if (this.#tokens.takeIf(word) && (isNested || !this.#tokens.hasNext)) return true;
    this.#tokens.rewindTo(start);
    return false;
  }

  #readLiteral(token: string, isNested: boolean): SchemaAndValue {
    if (/^\p{Nd}/u.test(token)) {
      const temporal = this.#readTemporal(token);
      if (temporal !== undefined) return temporal;
    }
    const number = /^[\p{Nd}+-]/u.test(token) ? parseNumber(token) : undefined;
    if (number !== undefined) return number;
    if (isNested) throw malformed('Failed to parse embedded value');
    return { schema: stringSchema, value: this.#tokens.text };
  }

  /** A time of day has two colons, which cut it into five tokens. */
  #readTemporal(token: string): SchemaAndValue | undefined {
    const start = this.#tokens.mark();
    const rest = this.#tokens.takeMany(4);
    const temporal = rest === null ? undefined : parseTemporal(token + rest);
    if (temporal !== undefined) return temporal;
    this.#tokens.rewindTo(start);
    return parseTemporal(token);
  }

  #readQuoted(): SchemaAndValue {
    let content = '';
    while (this.#tokens.hasNext && !this.#tokens.takeIf('"')) content += this.#tokens.take();
    return parseTemporal(content) ?? { schema: stringSchema, value: content };
  }

  #readList(depth: number): SchemaAndValue {
    if (depth > maxDepth) throw malformed('Lists are nested too deep');
    const tokens = this.#tokens;
    const items: (SchemaAndValue | null)[] = [];
    while (tokens.hasNext) {
      if (tokens.takeIf(']')) return toList(items);
      if (tokens.takeIf(',')) throw malformed('An item of a list is empty');
      items.push(this.read(depth));
      const place = tokens.mark();
      if (tokens.takeIf(']')) tokens.rewindTo(place);
      else if (!tokens.takeIf(',')) throw malformed("Items of a list have no ',' between them");
    }
    throw malformed("A list has no ']'");
  }

  #readMap(depth: number): SchemaAndValue {
    if (depth > maxDepth) throw malformed('Maps are nested too deep');
    const tokens = this.#tokens;
    const keys: SchemaAndValue[] = [];
    const values: (SchemaAndValue | null)[] = [];
    while (tokens.hasNext) {
      if (tokens.takeIf('}')) return toMap(keys, values);
      if (tokens.takeIf(',')) throw malformed('An entry of a map is empty');
      const key = this.read(depth);
      if (key === null || key.value === null) throw malformed('A key of a map is null');
      if (!tokens.takeIf(':')) throw malformed("An entry of a map has no ':'");
      keys.push(key);
      values.push(this.read(depth));
      tokens.takeIf(',');
    }
    throw malformed("A map has no '}'");
  }
}

const booleanSchema: Schema = { ...plainTraits, type: 'BOOLEAN' };

function toList(items: readonly (SchemaAndValue | null)[]): SchemaAndValue {
  const common = commonSchema(items);
  const schema: Schema = { ...plainTraits, type: 'ARRAY', items: common };
  return { schema, value: items.map(item => align(common, item)) };
}

function toMap(keys: readonly SchemaAndValue[], values: readonly (SchemaAndValue | null)[]): SchemaAndValue {
  const commonKeys = commonSchema(keys);
  const commonValues = commonKeys === null ? null : commonSchema(values);
  const schema: Schema = { ...plainTraits, type: 'MAP', keys: commonKeys, values: commonValues };
  const entries = keys.map(
    (key, index) => [align(commonKeys, key), align(commonValues, values[index] ?? null)] as const,
  );
  // Keys of one type are bare already here: equal ones are one key.
  const value = new Map(entries.map(([key, item]) => [toTyped(commonKeys, key), item] as const));
  return { schema, value };
}

function align(common: Schema | null, item: SchemaAndValue | null): ConnectValue {
  const value = item?.value ?? null;
  return common === null ? value : convertValue(common, null, value);
}

/** The schema that all items may have; null for none. Items without schema, which are null, do not count. */
function commonSchema(items: readonly (SchemaAndValue | null)[]): Schema | null {
  let common: Schema | null = null;
  for (const item of items) {
    if (item === null || item.schema === null) continue;
    common = common === null ? item.schema : mergeSchemas(common, item.schema);
    if (common === null) return null;
  }
  return common;
}

function malformed(message: string): ConnectError {
  return new ConnectError('DATA_INVALID', message);
}
