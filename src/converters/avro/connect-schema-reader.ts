import { isJsonObject, JsonNumber, type JsonNode } from '../../data/json-node.ts';
import { dateSchema, decimalName, decimalSchema, timeSchema, timestampSchema } from '../../data/logical-types.ts';
import {
  plainTraits,
  stringSchema,
  type Field,
  type Schema,
  type SchemaTraits,
  type StructSchema,
} from '../../data/schema.ts';
import { checkValue } from '../../data/value-check.ts';
import { ConnectError } from '../../errors/connect-error.ts';
import { attributeText } from './attribute-text.ts';
import type { AvroDataConfig } from './avro-data-config.ts';
import { defaultFromAvro } from './avro-defaults.ts';
import {
  avroNamespace,
  connectEnumDoc,
  connectRecordDoc,
  defaultPrecision,
  defaultSchemaName,
  enumDefaultPrefix,
  enumDocPrefix,
  fieldDefaultFlag,
  fieldDocPrefix,
  fixedSizeParameter,
  generalizedUnionParameter,
  internalTypeProp,
  mapEntryName,
  precisionParameter,
  recordDocParameter,
  unionName,
} from './avro-names.ts';
import {
  isNamed,
  propsOf,
  textProp,
  type AvroArray,
  type AvroEnum,
  type AvroField,
  type AvroRecord,
  type AvroSchema,
  type AvroUnion,
} from './avro-schema.ts';
import { branchFieldName, enumParameterOf } from './connect-kinds.ts';
import { fieldDefault } from './field-default.ts';

/** What the place of a schema says of it. */
interface Place {
  readonly isOptional: boolean;
  /** Default of the field; undefined if it has none. */
  readonly fieldDefault?: JsonNode | undefined;
  readonly fieldDoc?: string | null;
  /** Version under the subject; null for none. */
  readonly version?: number | null;
}

/** A schema in the making: its type, and what the type alone says of the rest. */
interface Draft {
  schema: Schema;
  readonly parameters: Map<string, string>;
}

/** A record in the making, for what it contains of itself. */
interface OpenRecord {
  schema: StructSchema | null;
}

/**
 * Makes the Connect schema of one Avro schema.
 *
 * @see `AvroData#toConnectSchema` of Confluent.
 */
export class ConnectSchemaReader {
  readonly #config: AvroDataConfig;
  readonly #open = new Map<AvroRecord, OpenRecord>();
  #unionCount = 0;

  constructor(config: AvroDataConfig) {
    this.#config = config;
  }

  /**
   * @param version that the schema has under its subject, for one that does not say its own; null for none.
   * @throws {ConnectError} SCHEMA_INVALID for what Connect cannot say.
   */
  read(schema: AvroSchema, version: number | null): Schema {
    return this.#read(schema, { isOptional: false, version });
  }

  #read(avro: AvroSchema, place: Place): Schema {
    if (avro.type === 'union') {
      const single = singleBranch(avro, this.#config.flattensSingletons);
      if (single !== null) {
        const isOptional = avro.branches.length > 1;
        // The default of such a field is that of `connect.default`, if any: Confluent's converter takes no other.
        return this.#child(single, { isOptional, fieldDoc: place.fieldDoc ?? null });
      }
    }
    const draft = this.#draft(avro);
    return this.#finish(avro, draft, place);
  }

  #child(avro: AvroSchema, place: Place): Schema {
    const open = avro.type === 'record' ? this.#open.get(avro) : undefined;
    return open === undefined ? this.#read(avro, place) : referTo(open, place.isOptional);
  }

  #draft(avro: AvroSchema): Draft {
    switch (avro.type) {
      case 'boolean':
        return draftOf({ ...plainTraits, type: 'BOOLEAN' });
      case 'int':
        return draftOf(intSchema(avro));
      case 'long':
        return draftOf(hasLogicalType(avro, 'timestamp-millis') ? timestampSchema : { ...plainTraits, type: 'INT64' });
      case 'float':
        return draftOf({ ...plainTraits, type: 'FLOAT32' });
      case 'double':
        return draftOf({ ...plainTraits, type: 'FLOAT64' });
      case 'string':
        return draftOf(stringSchema);
      case 'bytes':
      case 'fixed':
        return bytesDraft(avro);
      case 'array':
        return draftOf(this.#array(avro));
      case 'map':
        return draftOf({
          ...plainTraits,
          type: 'MAP',
          keys: stringSchema,
          values: this.#child(avro.values, { isOptional: false }),
        });
      case 'enum':
        return this.#enum(avro);
      case 'record':
        return this.#record(avro);
      case 'union':
        return this.#union(avro);
      case 'null':
        throw invalid('Standalone null schemas are not supported by this converter');
    }
  }

  #array({ items }: AvroArray): Schema {
    if (!isMapEntry(items)) {
      return { ...plainTraits, type: 'ARRAY', items: this.#child(items, { isOptional: false }) };
    }
    const [key, value] = ['key', 'value'].map(name => items.fields.find(field => field.name === name));
    if (key === undefined || value === undefined || items.fields.length !== 2) {
      throw invalid(
        'Found map encoded as array of key-value pairs, but array elements do not match the expected format.',
      );
    }
    return {
      ...plainTraits,
      type: 'MAP',
      keys: this.#child(key.schema, { isOptional: false }),
      values: this.#child(value.schema, { isOptional: false }),
    };
  }

  #enum(avro: AvroEnum): Draft {
    const { hasMetaData, discardsTypeDoc, generalizesSums } = this.#config;
    const draft = draftOf(stringSchema);
    const simpleName = avro.name.slice(avro.name.lastIndexOf('.') + 1);
    if (hasMetaData && avro.doc !== null) {
      draft.parameters.set(discardsTypeDoc ? connectEnumDoc : enumDocPrefix + simpleName, avro.doc);
    }
    if (hasMetaData && !discardsTypeDoc && avro.defaultSymbol !== null) {
      draft.parameters.set(enumDefaultPrefix + simpleName, avro.defaultSymbol);
    }
    const parameter = enumParameterOf(this.#config);
    draft.parameters.set(parameter, avro.name);
    for (const [index, symbol] of avro.symbols.entries()) {
      draft.parameters.set(`${parameter}.${symbol}`, generalizesSums ? String(index) : symbol);
    }
    return draft;
  }

  #record(avro: AvroRecord): Draft {
    const { hasMetaData, discardsTypeDoc } = this.#config;
    const fields: Field[] = [];
    const draft = draftOf({ ...plainTraits, type: 'STRUCT', fields });
    const keepsDoc = hasMetaData && !discardsTypeDoc;
    this.#open.set(avro, { schema: null });
    if (keepsDoc && avro.doc !== null) draft.parameters.set(recordDocParameter, avro.doc);
    for (const field of avro.fields) {
      if (keepsDoc && field.doc !== null) draft.parameters.set(fieldDocPrefix + field.name, field.doc);
      fields.push({ name: field.name, schema: this.#field(field) });
    }
    return draft;
  }

  #field(field: AvroField): Schema {
    const schema = this.#child(field.schema, {
      isOptional: false,
      fieldDefault: field.defaultValue === undefined ? undefined : fieldDefault(field.schema, field.defaultValue),
      fieldDoc: field.doc,
    });
    const own = field.props.get('connect.parameters');
    if (!this.#config.hasMetaData || !isJsonObject(own)) return schema;
    const parameters = new Map(schema.parameters ?? []);
    for (const [key, value] of own) {
      const text = attributeText(value);
      if (text !== null) parameters.set(key, text);
    }
    return { ...schema, parameters };
  }

  #union(avro: AvroUnion): Draft {
    const { generalizesSums } = this.#config;
    const name = generalizesSums ? `connect_union_${this.#unionCount++}` : unionName;
    const fields: Field[] = [];
    for (const [index, branch] of avro.branches.entries()) {
      if (branch.type === 'null') continue;
      const fieldName = branchFieldName(branch, index, this.#config);
      if (fields.some(field => field.name === fieldName)) {
        throw invalid('Multiple union schemas map to the Connect union field name');
      }
      fields.push({ name: fieldName, schema: this.#child(branch, { isOptional: true }) });
    }
    const isOptional = avro.branches.some(branch => branch.type === 'null');
    const draft = draftOf({ ...plainTraits, type: 'STRUCT', name, isOptional, fields });
    if (generalizesSums) draft.parameters.set(generalizedUnionParameter, name);
    return draft;
  }

  #finish(avro: AvroSchema, draft: Draft, place: Place): Schema {
    const { parameters } = draft;
    // Parameters have an order, and are written in it.
    const doc = this.#docOf(avro, place, parameters);
    this.#addParameters(avro, parameters);
    const version = versionOf(avro, draft.schema.version, place.version ?? null);
    const connectDefault = propsOf(avro).get('connect.default');
    const isFieldDefault = place.fieldDefault !== undefined;
    if (isFieldDefault && connectDefault === undefined && this.#config.hasMetaData && !this.#config.discardsTypeDoc) {
      parameters.set(fieldDefaultFlag, 'true');
    }
    const traits: Partial<SchemaTraits> = {
      isOptional: draft.schema.isOptional || place.isOptional,
      name: nameOf(avro, draft.schema.name),
      version,
      doc,
      parameters: parameters.size === 0 ? draft.schema.parameters : parameters,
    };
    const schema = withTraits(draft.schema, traits);
    const finished = this.#withDefault(schema, isFieldDefault ? place.fieldDefault : connectDefault);
    const open = avro.type === 'record' ? this.#open.get(avro) : undefined;
    if (avro.type === 'record' && open !== undefined) {
      if (finished.type === 'STRUCT') open.schema = finished;
      this.#open.delete(avro);
    }
    return finished;
  }

  #addParameters(avro: AvroSchema, parameters: Map<string, string>): void {
    const own = propsOf(avro).get('connect.parameters');
    if (this.#config.hasMetaData && own !== undefined) {
      if (!isJsonObject(own)) throw invalid('Expected JSON object for schema parameters');
      for (const [key, value] of own) {
        if (typeof value !== 'string') throw invalid('Expected schema parameter values to be strings');
        parameters.set(key, value);
      }
    }
    for (const [key, value] of propsOf(avro)) {
      if (!key.startsWith('avro')) continue;
      const text = attributeText(value);
      if (text !== null) parameters.set(key, text);
    }
  }

  #docOf(avro: AvroSchema, place: Place, parameters: Map<string, string>): string | null {
    const connectDoc = textProp(avro, 'connect.doc') ?? null;
    if (!this.#config.discardsTypeDoc) return this.#config.hasMetaData ? connectDoc : null;
    const typeDoc = isNamed(avro) ? avro.doc : null;
    if (this.#config.hasMetaData && typeDoc !== null) parameters.set(connectRecordDoc, typeDoc);
    return place.fieldDoc ?? typeDoc ?? connectDoc;
  }

  /** A default that is no value of the schema is left out, as Confluent's converter does. */
  #withDefault(schema: Schema, node: JsonNode | undefined): Schema {
    if (node === undefined || node === null) return schema;
    try {
      const value = defaultFromAvro(schema, node, this.#config);
      checkValue(schema, value);
      return value === null ? schema : withTraits(schema, { defaultValue: value });
    } catch (error) {
      if (error instanceof ConnectError) return schema;
      throw error;
    }
  }
}

function draftOf(schema: Schema): Draft {
  return { schema, parameters: new Map(schema.parameters ?? []) };
}

function bytesDraft(avro: AvroSchema): Draft {
  const isDecimal = hasLogicalType(avro, 'decimal');
  const scale = propsOf(avro).get('scale');
  const draft = draftOf(
    isDecimal
      ? decimalSchema(scale instanceof JsonNumber ? Math.trunc(scale.toNumber()) : 0)
      : { ...plainTraits, type: 'BYTES' },
  );
  const precision = isDecimal ? propsOf(avro).get('precision') : undefined;
  if (precision !== undefined) {
    if (!(precision instanceof JsonNumber)) throw invalid('The precision of a decimal is no integer');
    const digits = Math.trunc(precision.toNumber());
    if (digits !== defaultPrecision) draft.parameters.set(precisionParameter, String(digits));
  }
  if (avro.type === 'fixed') draft.parameters.set(fixedSizeParameter, String(avro.size));
  return draft;
}

function intSchema(avro: AvroSchema): Schema {
  if (hasLogicalType(avro, 'date')) return dateSchema;
  if (hasLogicalType(avro, 'time-millis')) return timeSchema;
  const type = textProp(avro, 'logicalType') === undefined ? textProp(avro, 'connect.type') : undefined;
  switch (type) {
    case undefined:
      return { ...plainTraits, type: 'INT32' };
    case 'int8':
      return { ...plainTraits, type: 'INT8' };
    case 'int16':
      return { ...plainTraits, type: 'INT16' };
    default:
      throw invalid('Connect type annotation for Avro int field is null');
  }
}

function hasLogicalType(avro: AvroSchema, name: string): boolean {
  return textProp(avro, 'logicalType')?.toLowerCase() === name;
}

/** What a union is read as if it holds one type beside null; null for a union that stays one. */
function singleBranch({ branches }: AvroUnion, flattens: boolean): AvroSchema | null {
  const [first, second] = branches;
  if (first === undefined) return null;
  if (second === undefined) return flattens && first.type !== 'null' ? first : null;
  if (branches.length > 2) return null;
  if (isPlainNull(first)) return second;
  return isPlainNull(second) ? first : null;
}

function isPlainNull(schema: AvroSchema): boolean {
  return schema.type === 'null' && schema.props.size === 0;
}

function isMapEntry(schema: AvroSchema): schema is AvroRecord {
  if (schema.type !== 'record') return false;
  return schema.name === `${avroNamespace}.${mapEntryName}` || schema.props.get(internalTypeProp) === mapEntryName;
}

function versionOf(avro: AvroSchema, known: number | null, underSubject: number | null): number | null {
  const own = propsOf(avro).get('connect.version');
  if (own !== undefined && !(own instanceof JsonNumber)) throw invalid('Invalid Connect version found');
  const version = own instanceof JsonNumber ? Math.trunc(own.toNumber()) : underSubject;
  if (version === null || version < 0) return known;
  if (known === null || known === version) return version;
  // Logical types have version 1; the number under a subject says nothing of them.
  if (own === undefined) return known;
  throw invalid(`Mismatched versions: that of the type (${known}) differs from that of the schema (${version})`);
}

function nameOf(avro: AvroSchema, known: string | null): string | null {
  const own = propsOf(avro).get('connect.name');
  if (own !== undefined && typeof own !== 'string') throw invalid('Invalid schema name');
  const isNameless = avro.type === 'fixed' && known === decimalName;
  const name = own ?? (isNamed(avro) && !isNameless ? avro.name : null);
  if (name === null || name.startsWith(`${avroNamespace}.${defaultSchemaName}`)) return known;
  if (known !== null && known !== name) {
    throw invalid(`Mismatched names: that of the type (${known}) differs from that of the schema (${name})`);
  }
  return name;
}

function withTraits(schema: Schema, traits: Partial<SchemaTraits>): Schema {
  return { ...schema, ...traits };
}

/** What a record contains of itself: the record as it is once it is finished. */
function referTo(open: OpenRecord, isOptional: boolean): StructSchema {
  const finished = (): StructSchema => {
    if (open.schema !== null) return open.schema;
    throw new ConnectError('SCHEMA_INVALID', 'A default of a record contains the record itself');
  };
  return {
    type: 'STRUCT',
    isOptional,
    get name() {
      return finished().name;
    },
    get version() {
      return finished().version;
    },
    get doc() {
      return finished().doc;
    },
    get parameters() {
      return finished().parameters;
    },
    get defaultValue() {
      return finished().defaultValue;
    },
    get fields() {
      return finished().fields;
    },
  };
}

function invalid(message: string): ConnectError {
  return new ConnectError('SCHEMA_INVALID', message);
}
