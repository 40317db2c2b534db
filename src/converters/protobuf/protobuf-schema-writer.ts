/**
 * Connect schemas as Protobuf, text for text as Confluent's converter registers them: another text would be another schema to a
 * registry.
 *
 * @see `ProtobufData#fromConnectSchema` and `ProtobufSchemaUtils#toString` of Confluent.
 */
import { inJavaHashOrder } from '../../data/java-hash-order.ts';
import { decimalName } from '../../data/logical-types.ts';
import type { MapSchema, Schema, StructSchema } from '../../data/schema.ts';
import { ConnectError } from '../../errors/connect-error.ts';
import { wrappersPath, wrappersText } from './known-protos.ts';
import { mapEntryName } from './proto-syntax.ts';
import { maxProtoDepth } from './proto-tokens.ts';
import type { ProtobufOptions } from './protobuf-options.ts';
import {
  generalizedEnum,
  generalizedUnion,
  isUnion,
  isWrapped,
  logicalMessages,
  metaParameter,
  precisionParameter,
  protobufParameter,
  scrubName,
  unionNamePrefix,
  wrapperOf,
} from './protobuf-words.ts';

/** A schema as Protobuf has it. */
export interface ProtobufText {
  readonly text: string;
  /** Name of the message of all of the data, with its package. */
  readonly messageName: string;
}

/** The Protobuf of these data. @throws {ConnectError} SCHEMA_INVALID for data that Protobuf has no message for. */
export function writeProtobufSchema(schema: Schema, options: ProtobufOptions): ProtobufText {
  const wrapper = wrapperOf(schema.type);
  if (wrapper !== undefined) return { text: wrappersText, messageName: wrapper };
  if (schema.type !== 'STRUCT') throw invalid(`data of type ${schema.type} is no message`);
  return new ProtobufWriter(options).write(schema);
}

/** A message that is being made. */
interface MessageDraft {
  readonly name: string;
  readonly fields: string[];
  readonly oneofs: { readonly name: string; readonly fields: string[] }[];
  readonly messages: string[];
  readonly enums: Map<string, string>;
  /** Names of the structs that were written into it. */
  readonly structs: Set<string>;
}

/** A field that is to be written. */
interface FieldPlace {
  readonly name: string;
  readonly number: number;
  readonly isInUnion: boolean;
}

class ProtobufWriter {
  readonly #options: ProtobufOptions;
  readonly #imports = new Set<string>();
  /** The messages around what is being written, with the fields of the structs that they are of. */
  readonly #around: { readonly name: string; readonly fields: StructSchema['fields'] }[] = [];
  #unnamed = 0;

  constructor(options: ProtobufOptions) {
    this.#options = options;
  }

  write(schema: StructSchema): ProtobufText {
    const parts = this.#nameOrDefault(schema.name)
      .split('.')
      .map(part => scrubName(part, this.#options));
    const [packageName, name] = [parts.slice(0, -1).join('.'), parts.at(-1) ?? ''];
    const message = this.#message(name, schema, 0);
    const head = `syntax = "proto3";\n${packageName === '' ? '' : `package ${packageName};\n`}`;
    const imports = [...this.#imports].map(path => `import "${path}";\n`).join('');
    return { text: `${head}${imports === '' ? '' : `\n${imports}`}\n${message}`, messageName: parts.join('.') };
  }

  #message(name: string, schema: StructSchema, depth: number): string {
    if (depth > maxProtoDepth) throw invalid('structs are nested too deep');
    const draft = newDraft(name);
    this.#around.push({ name, fields: schema.fields });
    let next = 1;
    for (const field of schema.fields) {
      const tag = field.schema.parameters?.get(protobufParameter.tag);
      const number = tag === undefined ? next++ : Number(tag);
      const text = this.#field(draft, field.schema, { name: this.#scrub(field.name), number, isInUnion: false }, depth);
      if (text !== undefined) draft.fields.push(text);
    }
    this.#around.pop();
    return printMessage(draft);
  }

  /** The text of a field; undefined for a union, which is added as a choice. */
  #field(draft: MessageDraft, schema: Schema, place: FieldPlace, depth: number): string | undefined {
    const isRepeated = schema.type === 'ARRAY' || schema.type === 'MAP';
    const isMarked = !isRepeated && !place.isInUnion && this.#options.usesOptionalForNullables && schema.isOptional;
    const inner = schema.type === 'ARRAY' ? requireSchema(schema.items) : schema;
    if (inner.type === 'STRUCT' && isUnion(inner)) {
      this.#union(draft, inner, depth);
      return undefined;
    }
    const type = this.#typeOf(draft, inner, place, depth);
    if (place.number < 1) throw invalid(`field '${place.name}' of a union has no number`);
    const label = isRepeated ? 'repeated ' : isMarked ? 'optional ' : '';
    return `${label}${type} ${place.name} = ${place.number}${printMeta(metaOf(inner))};\n`;
  }

  #union(draft: MessageDraft, schema: StructSchema, depth: number): void {
    const general = schema.parameters?.get(generalizedUnion);
    const ownName = (schema.name ?? '').slice(unionNamePrefix.length);
    const name = this.#options.hasGeneralizedSums && general !== undefined ? general : this.#unqualified(ownName);
    const fields: string[] = [];
    draft.oneofs.push({ name, fields });
    for (const field of schema.fields) {
      const number = Number(field.schema.parameters?.get(protobufParameter.tag) ?? 0);
      const text = this.#field(draft, field.schema, { name: this.#scrub(field.name), number, isInUnion: true }, depth);
      if (text !== undefined) fields.push(text);
    }
  }

  #typeOf(draft: MessageDraft, schema: Schema, place: FieldPlace, depth: number): string {
    const logical = logicalMessages.get(schema.name ?? '');
    if (logical !== undefined) return this.#imported(logical.message, logical.path);
    switch (schema.type) {
      case 'ARRAY':
        throw invalid('a list within a list, which Protobuf does not have');
      case 'MAP':
        return this.#mapEntry(draft, schema, depth);
      case 'STRUCT':
        return this.#struct(draft, schema, place, depth);
      default:
        return this.#scalar(draft, schema, place);
    }
  }

  #scalar(draft: MessageDraft, schema: Schema, place: FieldPlace): string {
    const enumName = enumNameOf(schema);
    if (enumName !== undefined) {
      this.#addEnum(draft, schema);
      return enumName;
    }
    const plain = scalarTypeOf(schema);
    if (!isWrapped(schema, this.#options, place.isInUnion)) return plain;
    const isUnsigned = schema.type === 'INT64' && (plain === 'uint32' || plain === 'fixed32');
    const isLongUnsigned = schema.type === 'INT64' && (plain === 'uint64' || plain === 'fixed64');
    if (isUnsigned) return this.#imported('google.protobuf.UInt32Value', wrappersPath);
    if (isLongUnsigned) return this.#imported('google.protobuf.UInt64Value', wrappersPath);
    return this.#imported(wrapperOf(schema.type) ?? plain, wrappersPath);
  }

  #struct(draft: MessageDraft, schema: StructSchema, place: FieldPlace, depth: number): string {
    const name = this.#unqualified(schema.name);
    // A message and a field cannot have one name.
    const type = name === place.name ? `${name}Message` : name;
    if (type === draft.name || draft.structs.has(type)) return type;
    // A struct that contains itself through others is the message around them, which Protobuf finds by its name.
    if (this.#around.some(one => one.name === type && one.fields === schema.fields)) return type;
    draft.structs.add(type);
    draft.messages.push(this.#message(type, schema, depth + 1));
    return type;
  }

  #mapEntry(draft: MessageDraft, schema: MapSchema, depth: number): string {
    const type = mapEntryName(this.#unqualified(schema.name));
    const entry = newDraft(type);
    for (const [index, [name, inner]] of (
      [
        ['key', schema.keys],
        ['value', schema.values],
      ] as const
    ).entries()) {
      const text = this.#field(entry, requireSchema(inner), { name, number: index + 1, isInUnion: false }, depth + 1);
      if (text !== undefined) entry.fields.push(text.replace(/^optional /, ''));
    }
    draft.messages.push(printMessage(entry));
    return type;
  }

  #addEnum(draft: MessageDraft, schema: Schema): void {
    const name = this.#unqualified(schema.name);
    if (draft.enums.has(name)) return;
    const prefix = `${this.#options.hasGeneralizedSums ? generalizedEnum : protobufParameter.enum}.`;
    const values = [...(schema.parameters ?? [])]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, number]) => `${key.slice(prefix.length)} = ${number};\n`);
    draft.enums.set(name, `enum ${name} {${values.length === 0 ? '' : `\n${values.map(indent).join('')}`}}\n`);
  }

  #imported(message: string, path: string): string {
    this.#imports.add(path);
    return message;
  }

  #unqualified(name: string | null): string {
    const fullName = this.#nameOrDefault(name);
    return this.#scrub(fullName.slice(fullName.lastIndexOf('.') + 1));
  }

  #nameOrDefault(name: string | null): string {
    if (name !== null && name !== '') return name;
    this.#unnamed += 1;
    return `ConnectDefault${this.#unnamed}`;
  }

  #scrub(name: string): string {
    return scrubName(name, this.#options);
  }
}

function newDraft(name: string): MessageDraft {
  return { name, fields: [], oneofs: [], messages: [], enums: new Map(), structs: new Set() };
}

function enumNameOf(schema: Schema): string | undefined {
  if (schema.type === 'INT32') return schema.parameters?.get(protobufParameter.enum);
  if (schema.type !== 'STRING') return undefined;
  return schema.parameters?.get(generalizedEnum) ?? schema.parameters?.get(protobufParameter.enum);
}

function scalarTypeOf(schema: Schema): string {
  switch (schema.type) {
    case 'INT8':
    case 'INT16':
      return 'int32';
    case 'INT32':
    case 'INT64':
      return schema.parameters?.get(protobufParameter.type) ?? schema.type.toLowerCase();
    case 'FLOAT32':
      return 'float';
    case 'FLOAT64':
      return 'double';
    case 'BOOLEAN':
      return 'bool';
    default:
      return schema.type.toLowerCase();
  }
}

/** What Protobuf has no word for. */
function metaOf(schema: Schema): ReadonlyMap<string, string> {
  if (schema.name === decimalName) {
    const [precision, scale] = [schema.parameters?.get(precisionParameter), schema.parameters?.get('scale')];
    return inJavaHashOrder(
      new Map([
        ...(precision === undefined ? [] : ([[metaParameter.precision, precision]] as const)),
        ...(scale === undefined ? [] : ([[metaParameter.scale, scale]] as const)),
      ]),
    );
  }
  const isLogical = logicalMessages.has(schema.name ?? '');
  const isNarrow = !isLogical && (schema.type === 'INT8' || schema.type === 'INT16');
  return new Map(isNarrow ? [[metaParameter.connectType, schema.type.toLowerCase()]] : []);
}

function printMeta(parameters: ReadonlyMap<string, string>): string {
  if (parameters.size === 0) return '';
  const entries = [...parameters].map(([key, value]) => {
    const pair = [`key: "${key}"`, `value: "${value}"`];
    const isValueFirst = key === metaParameter.precision || key === metaParameter.scale;
    const [first = '', second = ''] = isValueFirst ? pair.reverse() : pair;
    return `{\n${indent(`${first},`)}${indent(second)}}`;
  });
  const list = entries.map((entry, index) => indent(index < entries.length - 1 ? `${entry},` : entry)).join('');
  return ` [(confluent.field_meta) = {\n${indent(`params: [\n${list}]`)}}]`;
}

function printMessage({ name, fields, oneofs, messages, enums }: MessageDraft): string {
  const choices = oneofs.map(oneof => {
    const inner = oneof.fields.length === 0 ? '' : `\n${oneof.fields.map(indent).join('')}`;
    return `oneof ${oneof.name} {${inner}}\n`;
  });
  const blocks = [fields, choices, [...messages, ...enums.values()]].filter(block => block.length > 0);
  return `message ${name} {${blocks.map(block => `\n${block.map(indent).join('')}`).join('')}}\n`;
}

/** Every line two blanks further right, empty ones too. */
function indent(text: string): string {
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map(line => `  ${line}\n`)
    .join('');
}

function requireSchema(schema: Schema | null): Schema {
  if (schema !== null) return schema;
  throw invalid('a list or map does not tell what it holds');
}

function invalid(reason: string): ConnectError {
  return new ConnectError('SCHEMA_INVALID', `A Connect schema has no Protobuf: ${reason}`);
}
