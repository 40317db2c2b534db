import { JsonNumber, type JsonNode } from '../../data/json-node.ts';
import { areSchemasEqual } from '../../data/equality.ts';
import { decimalName } from '../../data/logical-types.ts';
import type { MapSchema, Schema, StructSchema } from '../../data/schema.ts';
import { ConnectError } from '../../errors/connect-error.ts';
import { anythingSchema } from './anything-schema.ts';
import type { AvroDataConfig } from './avro-data-config.ts';
import {
  avroNamespace,
  connectEnumDoc,
  connectRecordDoc,
  defaultSchemaName,
  enumDefaultPrefix,
  enumDocPrefix,
  fieldDefaultFlag,
  fieldDocPrefix,
  internalTypeProp,
  mapEntryName,
  recordDocParameter,
  scrubFullName,
  scrubName,
  splitName,
} from './avro-names.ts';
import {
  avroField,
  avroPrimitive,
  isNamed,
  type AvroEnum,
  type AvroField,
  type AvroFixed,
  type AvroNamed,
  type AvroPrimitive,
  type AvroProps,
  type AvroRecord,
  type AvroSchema,
} from './avro-schema.ts';
import { haveSameShape } from './avro-shape.ts';
import { defaultToAvro, isValidDefault } from './connect-defaults.ts';
import {
  avroTypeOf,
  enumParameterOf,
  fixedSizeOf,
  hasAvroKeys,
  isUnionStruct,
  isWrittenAsEnum,
} from './connect-kinds.ts';
import { describeDecimal, logicalTypeOf } from './logical-type.ts';
import { checkName } from './parse-avro-schema.ts';

const noProps: readonly (readonly [string, JsonNode])[] = [];

/** Deepest nesting of a schema (I7). */
const maxDepth = 500;

/**
 * Makes the Avro schema of one Connect schema.
 *
 * @see `AvroData#fromConnectSchema` of Confluent.
 */
export class AvroSchemaBuilder {
  readonly #config: AvroDataConfig;
  /** Required schemas that were made: one that occurs again is the same Avro type. */
  readonly #made: { readonly schema: Schema; readonly avro: AvroSchema }[] = [];
  /** Records that are being made, by name: what contains itself meets them again. */
  readonly #open = new Map<string, AvroRecord>();
  /** Types that were made, by name. */
  readonly #named = new Map<string, AvroNamed>();
  readonly #seenNames = new Set<string>();
  #unnamedCount = 0;
  #depth = 0;

  constructor(config: AvroDataConfig) {
    this.#config = config;
  }

  /** @throws {ConnectError} SCHEMA_INVALID for what Avro cannot say. */
  build(schema: Schema | null): AvroSchema {
    if (schema === null) return anythingSchema;
    if (schema.type === 'STRUCT' && schema.isOptional && !isUnionStruct(schema)) {
      return { type: 'union', branches: [avroPrimitive('null'), this.#required(schema)] };
    }
    return this.#build(schema, true);
  }

  /** The schema without its being optional. */
  #required(schema: Schema): AvroSchema {
    const open = schema.name === null ? undefined : this.#open.get(schema.name);
    if (open !== undefined) return open;
    return this.#build(schema.isOptional ? nonOptional(schema) : schema, false);
  }

  #child(schema: Schema | null): AvroSchema {
    const open = schema?.name == null ? undefined : this.#open.get(schema.name);
    if (schema === null || open === undefined) return this.build(schema);
    return schema.isOptional ? withNull(schema, open) : open;
  }

  #build(schema: Schema, mayBeOptional: boolean): AvroSchema {
    if (!isUnionStruct(schema) && !schema.isOptional) {
      const known = this.#made.find(candidate => areSchemasEqual(candidate.schema, schema));
      if (known !== undefined) return known.avro;
    }
    this.#depth += 1;
    if (this.#depth > maxDepth) throw invalid(`A schema is nested deeper than ${maxDepth} levels`);
    const base = this.#base(schema);
    this.#depth -= 1;
    if (isNamed(base)) this.#define(base);
    if (base.type !== 'union') this.#annotate(schema, base, base.props);
    const built = base.type !== 'union' && mayBeOptional && schema.isOptional ? withNull(schema, base) : base;
    if (!schema.isOptional) this.#made.push({ schema, avro: built });
    return built;
  }

  #base(schema: Schema): AvroSchema {
    switch (schema.type) {
      case 'STRING':
        return isWrittenAsEnum(schema, this.#config) ? this.#enum(schema) : avroPrimitive('string');
      case 'BYTES':
        return this.#bytes(schema);
      case 'ARRAY':
        return { type: 'array', items: this.#child(schema.items), props: new Map() };
      case 'MAP':
        return this.#map(schema);
      case 'STRUCT':
        return isUnionStruct(schema) ? this.#union(schema) : this.#record(schema);
      default:
        return avroPrimitive(avroTypeOf(schema.type) ?? 'string');
    }
  }

  #enum(schema: Schema): AvroEnum {
    const { discardsTypeDoc } = this.#config;
    const parameters = schema.parameters ?? new Map<string, string>();
    const parameter = enumParameterOf(this.#config);
    const [, simpleName] = splitName(this.#nameOrDefault(schema.name), false);
    const made: AvroEnum = {
      type: 'enum',
      name: checked(parameters.get(parameter) ?? ''),
      doc: parameters.get(discardsTypeDoc ? connectEnumDoc : enumDocPrefix + simpleName) ?? null,
      symbols: [...parameters.keys()]
        .filter(key => key.startsWith(`${parameter}.`))
        .map(key => key.slice(parameter.length + 1)),
      defaultSymbol: discardsTypeDoc ? null : (parameters.get(enumDefaultPrefix + simpleName) ?? null),
      aliases: [],
      props: new Map(),
    };
    if (made.defaultSymbol === null || made.symbols.includes(made.defaultSymbol)) return made;
    throw invalid(`The default of enum '${made.name}' is none of its symbols`);
  }

  #bytes(schema: Schema): AvroSchema {
    const size = fixedSizeOf(schema);
    const bytes: AvroFixed | AvroPrimitive =
      size === undefined
        ? avroPrimitive('bytes')
        : {
            type: 'fixed',
            name: checked(this.#nameOrDefault(schema.name)),
            doc: null,
            size,
            aliases: [],
            props: new Map(),
          };
    if (schema.name === decimalName) describeDecimal(schema, bytes.props);
    return bytes;
  }

  #map(schema: MapSchema): AvroSchema {
    if (hasAvroKeys(schema, this.#config)) {
      return { type: 'map', values: this.#child(schema.values), props: new Map() };
    }
    const entry: AvroRecord = {
      type: 'record',
      name: checked(schema.name === null ? `${avroNamespace}.${mapEntryName}` : this.#nameOrDefault(schema.name)),
      doc: null,
      fields: [],
      aliases: [],
      props: new Map(schema.name === null ? noProps : [[internalTypeProp, mapEntryName]]),
    };
    entry.fields.push(this.#field('key', schema.keys, null), this.#field('value', schema.values, null));
    this.#define(entry);
    return { type: 'array', items: entry, props: new Map() };
  }

  #union(schema: StructSchema): AvroSchema {
    const branches = schema.fields.map(field => this.#required(field.schema));
    return { type: 'union', branches: schema.isOptional ? [avroPrimitive('null'), ...branches] : branches };
  }

  #record(schema: StructSchema): AvroRecord {
    const { discardsTypeDoc, scrubsNames } = this.#config;
    const { parameters, name } = schema;
    const record: AvroRecord = {
      type: 'record',
      name: checked(this.#nameOrDefault(name)),
      doc: parameters?.get(discardsTypeDoc ? connectRecordDoc : recordDocParameter) ?? null,
      fields: [],
      aliases: [],
      props: new Map(),
    };
    if (name !== null) this.#open.set(name, record);
    for (const field of schema.fields) {
      const doc = discardsTypeDoc ? null : (parameters?.get(fieldDocPrefix + field.name) ?? null);
      const added = this.#field(scrubsNames ? scrubName(field.name) : field.name, field.schema, doc);
      if (record.fields.some(known => known.name === added.name)) {
        throw invalid(`Two fields of '${record.name}' have the name '${added.name}' in Avro`);
      }
      record.fields.push(added);
    }
    if (name !== null) this.#open.delete(name);
    return record;
  }

  #field(name: string, schema: Schema | null, doc: string | null): AvroField {
    const { hasMetaData, discardsTypeDoc, scrubsNames } = this.#config;
    checkName(name);
    const defaultValue = fieldDefault(schema, this.#config);
    const fullName = schema?.name == null ? null : scrubFullName(schema.name, scrubsNames);
    const isKnown = fullName !== null && this.#seenNames.has(fullName);
    if (fullName !== null) this.#seenNames.add(fullName);
    const avro = schema?.type === 'STRUCT' ? this.#child(schema) : this.build(schema);
    const parameters = parametersNode(schema?.parameters ?? null, discardsTypeDoc);
    const hasOwnParameters = hasMetaData && isKnown && parameters.size > 0 && hasNamed(avro);
    return avroField({
      name,
      schema: avro,
      doc: discardsTypeDoc ? (schema?.doc ?? null) : doc,
      // A default that Avro does not take is left out, as Confluent's converter does.
      defaultValue: isValidDefault(avro, defaultValue) ? defaultValue : undefined,
      props: new Map(hasOwnParameters ? [['connect.parameters', parameters]] : noProps),
    });
  }

  /** Puts what Avro has no word for into attributes. */
  #annotate(schema: Schema, base: AvroSchema, props: AvroProps): void {
    const { hasMetaData, discardsTypeDoc } = this.#config;
    const { name, version, doc, parameters, defaultValue } = schema;
    if (hasMetaData) {
      if (doc !== null) props.set('connect.doc', doc);
      if (version !== null) props.set('connect.version', new JsonNumber(String(version)));
      const node = parametersNode(parameters, discardsTypeDoc);
      if (node.size > 0) props.set('connect.parameters', node);
      if (defaultValue !== undefined && (discardsTypeDoc || parameters?.has(fieldDefaultFlag) !== true)) {
        props.set('connect.default', defaultToAvro(schema, defaultValue, this.#config));
      }
      if (name !== null) props.set('connect.name', name);
      if (schema.type === 'INT8' || schema.type === 'INT16') props.set('connect.type', schema.type.toLowerCase());
    }
    const logicalType = logicalTypeOf(schema, base);
    if (logicalType !== null) props.set('logicalType', logicalType);
    for (const [key, value] of parameters ?? []) if (key.startsWith('avro')) props.set(key, value);
  }

  /** A schema has a named type once, and its name where it occurs again: data of another type of that name could not be read. */
  #define(named: AvroNamed): void {
    const known = this.#named.get(named.name);
    if (known === undefined) this.#named.set(named.name, named);
    else if (!haveSameShape(known, named)) {
      throw invalid(`'${named.name}' is the name of two types that differ; give each schema a name of its own`);
    }
  }

  #nameOrDefault(name: string | null): string {
    if (name !== null) return scrubFullName(name, this.#config.scrubsNames);
    this.#unnamedCount += 1;
    return `${avroNamespace}.${defaultSchemaName}${this.#unnamedCount > 1 ? this.#unnamedCount : ''}`;
  }
}

function fieldDefault(schema: Schema | null, config: AvroDataConfig): JsonNode | undefined {
  if (schema === null) return undefined;
  if (schema.defaultValue !== undefined) return defaultToAvro(schema, schema.defaultValue, config);
  return schema.isOptional ? null : undefined;
}

/** A default has to be one of the first branch. */
function withNull(schema: Schema, avro: AvroSchema): AvroSchema {
  const empty = avroPrimitive('null');
  return { type: 'union', branches: schema.defaultValue === undefined ? [empty, avro] : [avro, empty] };
}

function hasNamed(avro: AvroSchema): boolean {
  return avro.type === 'union' ? avro.branches.some(isNamed) : isNamed(avro);
}

function parametersNode(parameters: ReadonlyMap<string, string> | null, keepsFlag: boolean): Map<string, JsonNode> {
  return new Map([...(parameters ?? [])].filter(([key]) => keepsFlag || key !== fieldDefaultFlag));
}

function nonOptional(schema: Schema): Schema {
  if (schema.type !== 'STRUCT') return { ...schema, isOptional: false };
  // The fields are looked at later: a schema that contains itself has them as a getter.
  return {
    ...traitsOf(schema),
    type: 'STRUCT',
    get fields() {
      return schema.fields;
    },
  };
}

function traitsOf({ name, version, doc, parameters, defaultValue }: Schema): Omit<StructSchema, 'type' | 'fields'> {
  return { isOptional: false, name, version, doc, parameters, defaultValue };
}

function checked(fullName: string): string {
  for (const part of fullName.split('.')) checkName(part);
  return fullName;
}

function invalid(message: string): ConnectError {
  return new ConnectError('SCHEMA_INVALID', message);
}
