import type { ConnectValue } from '../../data/connect-value.ts';
import { Instant } from '../../data/instant.ts';
import {
  dateName,
  decimalFromBytes,
  decimalName,
  instantOfDays,
  instantOfTimeMs,
  timeName,
  timestampName,
} from '../../data/logical-types.ts';
import type { ArraySchema, MapSchema, Schema, StructSchema } from '../../data/schema.ts';
import { Struct } from '../../data/struct.ts';
import { ConnectError } from '../../errors/connect-error.ts';
import { anythingFromWire } from './anything-values.ts';
import type { AvroDataConfig } from './avro-data-config.ts';
import { scrubName } from './avro-names.ts';
import type { AvroRecord, AvroSchema, AvroUnion } from './avro-schema.ts';
import { wireField, type WireType } from './avro-wire-type.ts';
import { branchFieldName, isUnionStruct } from './connect-kinds.ts';
import { wireBigint, wireBytes, wireList, wireNumber, wireRecord, wireText, isWireRecord } from './wire-values.ts';

/** Makes a Connect value of what avsc read. */
export type ReadValue = (value: unknown) => ConnectValue;

type WireRecord = ReturnType<typeof wireRecord>;

/** What reads an entry of a map whose keys are no texts. */
interface EntryReaders {
  key(entry: WireRecord): ConnectValue;
  item(entry: WireRecord): ConnectValue;
}

/**
 * Compiles the way from Avro data to Connect data, once per pair of schemas.
 *
 * @see `AvroData#toConnectData` of Confluent.
 */
export class ConnectValueReader {
  readonly #wire: WireType;
  readonly #config: AvroDataConfig;
  readonly #compiled = new Map<Schema, Map<AvroSchema, ReadValue>>();

  constructor(wire: WireType, config: AvroDataConfig) {
    this.#wire = wire;
    this.#config = config;
  }

  /** @param schema the Connect schema that was made of the Avro schema; null for data without schema. */
  compile(schema: Schema | null, avro: AvroSchema): ReadValue {
    if (schema === null) return anythingFromWire;
    const known = this.#compiled.get(schema)?.get(avro);
    if (known !== undefined) return known;
    if (avro.type === 'union') return this.#union(schema, avro);
    if (schema.type === 'STRUCT' && avro.type === 'record') return this.#record(schema, avro);
    return logicalReader(schema) ?? this.#plain(schema, avro);
  }

  #union(schema: Schema, avro: AvroUnion): ReadValue {
    const names = this.#wire.branchNames(avro);
    if (schema.type === 'STRUCT' && isUnionStruct(schema)) return this.#unionStruct(schema, avro, names);
    const index = names.findIndex(name => name !== null);
    const name = names[index] ?? '';
    const branch = avro.branches[index];
    if (branch === undefined) throw new ConnectError('SCHEMA_INVALID', 'A union has no branch but null');
    const read = this.compile(schema, branch);
    return value => (isWireRecord(value) ? read(value[name]) : null);
  }

  #unionStruct(schema: StructSchema, avro: AvroUnion, names: readonly (string | null)[]): ReadValue {
    const branches = new Map<string, { readonly place: number; readonly read: ReadValue }>();
    for (const [index, branch] of avro.branches.entries()) {
      const fieldName = branchFieldName(branch, index, this.#config);
      const place = schema.fields.findIndex(field => field.name === fieldName);
      const field = schema.fields[place];
      if (field !== undefined) branches.set(names[index] ?? '', { place, read: this.compile(field.schema, branch) });
    }
    return value => {
      if (value === null) return null;
      const [[name, inner] = ['', undefined]] = Object.entries(wireRecord(value));
      const branch = branches.get(name);
      if (branch === undefined) throw new ConnectError('DATA_INVALID', 'Did not find matching union field for data');
      const values: ConnectValue[] = schema.fields.map(() => null);
      values[branch.place] = branch.read(inner);
      return new Struct(schema, values);
    };
  }

  #record(schema: StructSchema, avro: AvroRecord): ReadValue {
    const names: string[] = [];
    const reads: ReadValue[] = [];
    const read: ReadValue = value => {
      const record = wireRecord(value);
      const values: ConnectValue[] = [];
      for (let index = 0; index < names.length; index += 1) {
        values.push(reads[index]?.(record[names[index] ?? '']) ?? null);
      }
      return new Struct(schema, values);
    };
    // It may contain itself, so it is known before its fields are.
    this.#remember(schema, avro, read);
    for (const field of schema.fields) {
      const fieldName = this.#config.scrubsNames ? scrubName(field.name) : field.name;
      const place = avro.fields.findIndex(({ name }) => name === fieldName || name === field.name);
      const avroField = avro.fields[place];
      if (avroField === undefined) throw new ConnectError('SCHEMA_INVALID', `Avro lacks field '${field.name}'`);
      names.push(wireField(place));
      reads.push(this.compile(field.schema, avroField.schema));
    }
    return read;
  }

  #remember(schema: Schema, avro: AvroSchema, read: ReadValue): void {
    const known = this.#compiled.get(schema) ?? new Map<AvroSchema, ReadValue>();
    this.#compiled.set(schema, known.set(avro, read));
  }

  #plain(schema: Schema, avro: AvroSchema): ReadValue {
    switch (schema.type) {
      case 'INT8':
        return value => (wireNumber(value) << 24) >> 24;
      case 'INT16':
        return value => (wireNumber(value) << 16) >> 16;
      case 'INT32':
      case 'FLOAT32':
      case 'FLOAT64':
        return wireNumber;
      case 'INT64':
        return wireBigint;
      case 'BOOLEAN':
        return value => value === true;
      case 'STRING':
        return wireText;
      case 'BYTES':
        return wireBytes;
      case 'ARRAY':
        return this.#array(schema, avro);
      case 'MAP':
        return this.#map(schema, avro);
      case 'STRUCT':
        throw new ConnectError('SCHEMA_INVALID', `Avro type ${avro.type} is no struct`);
    }
  }

  #array(schema: ArraySchema, avro: AvroSchema): ReadValue {
    if (avro.type !== 'array') throw new ConnectError('SCHEMA_INVALID', `Avro type ${avro.type} is no list`);
    const read = this.compile(schema.items, avro.items);
    return value => wireList(value).map(read);
  }

  /** Both forms of maps are lists of pairs on the wire, but for maps within unions that have an array too. */
  #map(schema: MapSchema, avro: AvroSchema): ReadValue {
    if (avro.type === 'map') return this.#textMap(this.compile(schema.values, avro.values));
    const entries = this.#entryReaders(schema, avro);
    return value => {
      const map = new Map<ConnectValue, ConnectValue>();
      for (const pair of wireList(value)) {
        const entry = wireRecord(pair);
        map.set(entries.key(entry), entries.item(entry));
      }
      return map;
    };
  }

  #textMap(readItem: ReadValue): ReadValue {
    return value => {
      const map = new Map<ConnectValue, ConnectValue>();
      if (Array.isArray(value)) {
        for (const entry of wireList(value)) {
          const pair = wireRecord(entry);
          map.set(wireText(pair['f0']), readItem(pair['f1']));
        }
      } else for (const [key, item] of Object.entries(wireRecord(value))) map.set(key, readItem(item));
      return map;
    };
  }

  /** The fields of an entry may stand in either order. */
  #entryReaders(schema: MapSchema, avro: AvroSchema): EntryReaders {
    const fields = avro.type === 'array' && avro.items.type === 'record' ? avro.items.fields : [];
    const [keyPlace, itemPlace] = ['key', 'value'].map(name => fields.findIndex(field => field.name === name));
    const [key, item] = [fields[keyPlace ?? -1], fields[itemPlace ?? -1]];
    if (key === undefined || item === undefined) {
      throw new ConnectError('SCHEMA_INVALID', `Avro type ${avro.type} is no list of entries`);
    }
    const [readKey, readItem] = [this.compile(schema.keys, key.schema), this.compile(schema.values, item.schema)];
    return {
      key: entry => readKey(entry[wireField(keyPlace ?? 0)]),
      item: entry => readItem(entry[wireField(itemPlace ?? 1)]),
    };
  }
}

function logicalReader(schema: Schema): ReadValue | undefined {
  switch (schema.name) {
    case decimalName:
      return value => decimalFromBytes(schema, wireBytes(value));
    case dateName:
      return value => instantOfDays(wireNumber(value));
    case timeName:
      return value => instantOfTimeMs(wireNumber(value));
    case timestampName:
      return value => new Instant(wireBigint(value));
    default:
      return undefined;
  }
}
