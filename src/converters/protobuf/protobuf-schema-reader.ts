/**
 * Protobuf messages as Connect schemas.
 *
 * @see `ProtobufData#toConnectSchema` of Confluent.
 */
import { dateSchema, decimalSchema, timeSchema, timestampSchema } from '../../data/logical-types.ts';
import { plainTraits, type PrimitiveType, type Schema } from '../../data/schema.ts';
import { ConnectError } from '../../errors/connect-error.ts';
import { StructDraft } from '../registry/struct-draft.ts';
import type { ProtoEnum, ProtoField, ProtoMessage, ProtoOneof, ScalarType } from './proto-types.ts';
import type { ProtobufOptions } from './protobuf-options.ts';
import {
  generalizedEnum,
  generalizedUnion,
  metaParameter,
  precisionParameter,
  protobufParameter,
  unionNamePrefix,
  wrapperTypes,
} from './protobuf-words.ts';

/**
 * The Connect schema of data of a message type.
 *
 * @param version of the schema under its subject; null if it is not known.
 */
export function readProtobufSchema(message: ProtoMessage, version: number | null, options: ProtobufOptions): Schema {
  const wrapped = options.unwrapsRawPrimitives ? wrapperTypes.get(message.fullName) : undefined;
  if (wrapped !== undefined) return { ...plainTraits, type: wrapped, version };
  const draft = new MessageReader(options).draftOf(message, 0);
  return (version === null ? draft : draft.set({ version })).schema;
}

/** Name of the field that a choice becomes. */
export function unionFieldName({ name, index }: ProtoOneof, options: ProtobufOptions): string {
  return options.indexesUnions ? `${name}_${index}` : name;
}

/** Whether a field that is not there is null even if it is a single value. */
export function isMarkedOptional(message: ProtoMessage, field: ProtoField, options: ProtobufOptions): boolean {
  return field.isOptional && (message.isProto3 || options.supportsProto2Optional);
}

/** Whether it is an entry of a map, which older schemas do not say of it. */
export function isMapField(field: ProtoField): boolean {
  if (!field.isRepeated || field.type.kind !== 'message') return false;
  const { name, fields } = field.type.type;
  const [key, value] = fields;
  if (fields.length !== 2 || key?.name !== 'key' || value?.name !== 'value') return false;
  return name.endsWith('Entry') && !key.isRepeated && !value.isRepeated;
}

/** A schema that is not finished: structs that were met before are looked at from another place. */
type Base =
  | { readonly kind: 'plain'; readonly schema: Schema }
  | { readonly kind: 'draft'; readonly draft: StructDraft; readonly isNew: boolean };

class MessageReader {
  readonly #options: ProtobufOptions;
  readonly #drafts = new Map<ProtoMessage, StructDraft>();

  constructor(options: ProtobufOptions) {
    this.#options = options;
  }

  draftOf(message: ProtoMessage, depth: number): StructDraft {
    if (depth > maxDepth)
      throw new ConnectError('SCHEMA_INVALID', `Messages are nested deeper than ${maxDepth} levels`);
    const draft = new StructDraft().set({ name: this.#options.isEnhanced ? message.fullName : message.name });
    this.#drafts.set(message, draft);
    for (const oneof of message.oneofs) {
      if (this.#options.flattensUnions) {
        for (const field of oneof.fields)
          draft.add({ name: field.name, schema: this.#fieldSchema(message, field, depth) });
      } else {
        draft.add({ name: unionFieldName(oneof, this.#options), schema: this.#union(message, oneof, depth) });
      }
    }
    for (const field of message.fields) {
      if (field.oneof === null) draft.add({ name: field.name, schema: this.#fieldSchema(message, field, depth) });
    }
    return draft;
  }

  #union(message: ProtoMessage, oneof: ProtoOneof, depth: number): Schema {
    const { hasGeneralizedSums, isEnhanced } = this.#options;
    const fields = oneof.fields.map(field => ({ name: field.name, schema: this.#fieldSchema(message, field, depth) }));
    return {
      ...plainTraits,
      type: 'STRUCT',
      fields,
      isOptional: true,
      name: hasGeneralizedSums ? oneof.name : `${unionNamePrefix}${isEnhanced ? oneof.fullName : oneof.name}`,
      parameters: hasGeneralizedSums ? new Map([[generalizedUnion, oneof.name]]) : null,
    };
  }

  #fieldSchema(message: ProtoMessage, field: ProtoField, depth: number): Schema {
    const base = this.#baseOf(field, depth);
    const tag = new Map<string, string>([[protobufParameter.tag, String(field.number)]]);
    const isAlwaysOptional = field.type.kind !== 'scalar';
    const isOptional = isAlwaysOptional || this.#isOptional(message, field);
    if (field.isRepeated && !(base.kind === 'plain' && base.schema.type === 'MAP')) {
      const items = finish(base, { isOptional: true, parameters: null });
      return { ...plainTraits, type: 'ARRAY', items, isOptional: true, parameters: tag };
    }
    const isWrapper = field.oneof !== null && this.#options.usesWrapperForNullables && isWrapperField(field);
    return finish(base, { isOptional, parameters: isWrapper ? tag.set(protobufParameter.wrapper, 'true') : tag });
  }

  #isOptional(message: ProtoMessage, field: ProtoField): boolean {
    if (field.oneof !== null) return true;
    if (!this.#options.usesOptionalForNullables) return !this.#options.usesWrapperForNullables;
    // What is optional in proto2 by its word is so here whatever `optional.for.proto2` says.
    return field.isOptional && (message.isProto3 || !field.isRepeated);
  }

  #baseOf(field: ProtoField, depth: number): Base {
    const { type } = field;
    if (type.kind === 'scalar') return plain(scalarSchema(type.scalar, field));
    if (type.kind === 'enum') return plain(this.#enumSchema(type.type));
    switch (type.type.fullName) {
      case 'confluent.type.Decimal':
        return plain(decimalOf(field));
      case 'google.type.Date':
        return plain(dateSchema);
      case 'google.type.TimeOfDay':
        return plain(timeSchema);
      case 'google.protobuf.Timestamp':
        return plain(timestampSchema);
      default:
        return this.#messageBase(field, type.type, depth);
    }
  }

  #messageBase(field: ProtoField, message: ProtoMessage, depth: number): Base {
    const wrapped = this.#options.usesWrapperForNullables ? wrapperTypes.get(message.fullName) : undefined;
    if (wrapped !== undefined) return plain({ ...plainTraits, type: wrapped });
    if (isMapField(field)) {
      const [key, value] = message.fields;
      const keys = key === undefined ? null : this.#fieldSchema(message, key, depth + 1);
      const values = value === undefined ? null : this.#fieldSchema(message, value, depth + 1);
      const name = mapNameOf(this.#options.isEnhanced ? message.fullName : message.name);
      return plain({ ...plainTraits, type: 'MAP', keys, values, name });
    }
    const known = this.#drafts.get(message);
    if (known !== undefined) return { kind: 'draft', draft: known, isNew: false };
    return { kind: 'draft', draft: this.draftOf(message, depth + 1), isNew: true };
  }

  #enumSchema(type: ProtoEnum): Schema {
    const parameter = this.#options.hasGeneralizedSums ? generalizedEnum : protobufParameter.enum;
    const parameters = new Map([[parameter, type.name]]);
    for (const { name, number } of type.values) parameters.set(`${parameter}.${name}`, String(number));
    const name = this.#options.isEnhanced ? type.fullName : type.name;
    return { ...plainTraits, type: this.#options.usesIntForEnums ? 'INT32' : 'STRING', name, parameters };
  }
}

/** Deepest nesting of messages in a schema (I7). */
const maxDepth = 100;

function plain(schema: Schema): Base {
  return { kind: 'plain', schema };
}

function finish(
  base: Base,
  { isOptional, parameters }: { readonly isOptional: boolean; readonly parameters: ReadonlyMap<string, string> | null },
): Schema {
  if (base.kind === 'plain') {
    const own = base.schema.parameters;
    const all = own === null ? parameters : parameters === null ? own : new Map([...own, ...parameters]);
    return { ...base.schema, isOptional: base.schema.isOptional || isOptional, parameters: all };
  }
  // All places of one struct share whether it is optional.
  if (isOptional) base.draft.set({ isOptional });
  if (!base.isNew) return base.draft.viewFrom(parameters === null ? {} : { parameters });
  return base.draft.set({ parameters }).schema;
}

function isWrapperField(field: ProtoField): boolean {
  return field.type.kind === 'message' && wrapperTypes.has(field.type.type.fullName);
}

function scalarSchema(scalar: ScalarType, field: ProtoField): Schema {
  const type = connectTypeOf(scalar, field);
  const isTold = !(scalar === 'int32' || scalar === 'int64') && (type === 'INT32' || type === 'INT64');
  return { ...plainTraits, type, parameters: isTold ? new Map([[protobufParameter.type, scalar]]) : null };
}

function connectTypeOf(scalar: ScalarType, field: ProtoField): PrimitiveType {
  switch (scalar) {
    case 'int32':
    case 'sint32':
    case 'sfixed32': {
      const told = field.parameters.get(metaParameter.connectType);
      return told === 'int8' ? 'INT8' : told === 'int16' ? 'INT16' : 'INT32';
    }
    case 'float':
      return 'FLOAT32';
    case 'double':
      return 'FLOAT64';
    case 'bool':
      return 'BOOLEAN';
    case 'string':
      return 'STRING';
    case 'bytes':
      return 'BYTES';
    default:
      return 'INT64';
  }
}

function decimalOf(field: ProtoField): Schema {
  const [precision, scale] = [field.parameters.get(metaParameter.precision), field.parameters.get(metaParameter.scale)];
  const schema = decimalSchema(isInteger(scale) ? Number(scale) : 0);
  if (!isInteger(precision)) return schema;
  return {
    ...schema,
    parameters: new Map([...(schema.parameters ?? []), [precisionParameter, String(Number(precision))]]),
  };
}

function isInteger(text: string | undefined): boolean {
  return text !== undefined && /^[+-]?\d{1,9}$/.test(text);
}

/** `foo.AMapEntry` is of the map `foo.a_map`. */
function mapNameOf(fullName: string): string {
  const start = fullName.lastIndexOf('.') + 1;
  const name = fullName.slice(start).replace(/Entry$/, '');
  const words = name.replace(/(?<=.)[A-Z]/g, letter => `_${letter}`).toLowerCase();
  return fullName.slice(0, start) + words;
}
