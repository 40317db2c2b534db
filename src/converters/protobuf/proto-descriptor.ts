/**
 * What a `FileDescriptorProto` declares. Clients of schema registries in Python, Go and C# register it, in base64, in place of the text.
 * A registry of Confluent's own answers with the text, others with what they were given.
 *
 * @see `ProtobufSchema#toProtoFile` of Confluent's, and Google's `descriptor.proto`.
 */
import { messageOf } from '../../errors/connect-error.ts';
import { ProtoLinker } from './proto-linker.ts';
import { readMessage } from './proto-reader.ts';
import {
  mapEntryName,
  parseProto,
  type EnumSyntax,
  type FieldSyntax,
  type FileSyntax,
  type MessageSyntax,
  type TypeSyntax,
} from './proto-syntax.ts';
import { invalidProto, ProtoTokens, type OptionValue } from './proto-tokens.ts';
import { DynamicMessage, findProtoField, isProtoList } from './proto-types.ts';

/** What is read of Google's `descriptor.proto`, and of the options in Confluent's `meta.proto`. */
const descriptorText = `syntax = "proto2";
message FileDescriptorProto {
  optional string package = 2;
  repeated string dependency = 3;
  repeated DescriptorProto message_type = 4;
  repeated EnumDescriptorProto enum_type = 5;
  optional string syntax = 12 [default = "proto2"];
}
message DescriptorProto {
  optional string name = 1;
  repeated FieldDescriptorProto field = 2;
  repeated DescriptorProto nested_type = 3;
  repeated EnumDescriptorProto enum_type = 4;
  optional MessageOptions options = 7;
  repeated OneofDescriptorProto oneof_decl = 8;
}
message FieldDescriptorProto {
  optional string name = 1;
  optional int32 number = 3;
  optional int32 label = 4;
  optional int32 type = 5;
  optional string type_name = 6;
  optional string default_value = 7;
  optional FieldOptions options = 8;
  optional int32 oneof_index = 9 [default = -1];
  optional bool proto3_optional = 17;
}
message OneofDescriptorProto { optional string name = 1; }
message EnumDescriptorProto { optional string name = 1; repeated EnumValueDescriptorProto value = 2; }
message EnumValueDescriptorProto { optional string name = 1; optional int32 number = 2; }
message MessageOptions { optional bool map_entry = 7; }
message FieldOptions { optional bool packed = 2; optional Meta field_meta = 1088; }
message Meta { map<string, string> params = 2; }`;

/** Names of the types of fields, by their numbers in a descriptor; messages and enums have names of their own. */
const typeNames: ReadonlyMap<number, string> = new Map([
  [1, 'double'],
  [2, 'float'],
  [3, 'int64'],
  [4, 'uint64'],
  [5, 'int32'],
  [6, 'fixed64'],
  [7, 'fixed32'],
  [8, 'bool'],
  [9, 'string'],
  [12, 'bytes'],
  [13, 'uint32'],
  [15, 'sfixed32'],
  [16, 'sfixed64'],
  [17, 'sint32'],
  [18, 'sint64'],
]);
const groupType = 10;
const bytesType = 12;
const requiredLabel = 2;
const repeatedLabel = 3;

/** Whether a schema may be in binary: no text that declares something is without a space, a sign or a brace. */
export function isProtoDescriptor(schema: string): boolean {
  return schema.length > 0 && schema.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(schema);
}

/** Reads a file in binary, in base64. @throws {ConnectError} SCHEMA_INVALID */
export function readProtoDescriptor(base64: string): FileSyntax {
  const file = readDescriptor(Buffer.from(base64, 'base64'));
  const syntax = file.text('syntax');
  if (syntax !== 'proto2' && syntax !== 'proto3') throw invalidProto(`its syntax is '${syntax}', not proto2 or proto3`);
  const [packageName, isProto3] = [file.text('package'), syntax === 'proto3'];
  const path = packageName === '' ? '' : `.${packageName}`;
  const types = typesOf(file.all('message_type'), file.all('enum_type'), { path, isProto3 });
  return { isProto3, packageName, imports: file.texts('dependency'), types };
}

function readDescriptor(bytes: Buffer): Descriptor {
  const linker = new ProtoLinker({ imports: new Map(), parse: parseProto });
  linker.add(parseProto(descriptorText));
  const type = linker.message('FileDescriptorProto');
  try {
    return new Descriptor(readMessage(type, bytes));
  } catch (error) {
    throw invalidProto(`it is neither a text nor a FileDescriptorProto in base64: ${messageOf(error)}`);
  }
}

/** A message of a descriptor, with its fields by name. */
class Descriptor {
  readonly #message: DynamicMessage;

  constructor(message: DynamicMessage) {
    this.#message = message;
  }

  text(name: string): string {
    const value = this.#get(name);
    return typeof value === 'string' ? value : '';
  }

  number(name: string): number {
    const value = this.#get(name);
    return typeof value === 'number' ? value : 0;
  }

  flag(name: string): boolean {
    return this.#get(name) === true;
  }

  has(name: string): boolean {
    return [...this.#message.values.keys()].some(field => field.name === name);
  }

  one(name: string): Descriptor {
    const value = this.#get(name);
    if (value instanceof DynamicMessage) return new Descriptor(value);
    throw new Error(`${this.#message.type.name} has no message '${name}'`);
  }

  all(name: string): readonly Descriptor[] {
    return this.#list(name).flatMap(value => (value instanceof DynamicMessage ? new Descriptor(value) : []));
  }

  texts(name: string): readonly string[] {
    return this.#list(name).flatMap(value => (typeof value === 'string' ? value : []));
  }

  #list(name: string) {
    const value = this.#get(name);
    return isProtoList(value) ? value : [];
  }

  #get(name: string) {
    const field = findProtoField(this.#message.type, name);
    return field === undefined ? undefined : this.#message.get(field);
  }
}

/** Where a type is declared. `path` has a dot before each name. */
interface Scope {
  readonly path: string;
  readonly isProto3: boolean;
}

/** Messages, then enums. */
function typesOf(messages: readonly Descriptor[], enums: readonly Descriptor[], scope: Scope): readonly TypeSyntax[] {
  return [...messages.map(message => readMessageType(message, scope)), ...enums.map(readEnum)];
}

function readMessageType(message: Descriptor, scope: Scope): MessageSyntax {
  const name = message.text('name');
  const inner = { ...scope, path: `${scope.path}.${name}` };
  const isMapEntry = message.one('options').flag('map_entry');
  const descriptors = message.all('field');
  // A choice that only marks a field as optional is none of the schema's.
  const marks = descriptors.filter(field => field.flag('proto3_optional')).map(field => field.number('oneof_index'));
  const oneofs = message.all('oneof_decl').map((oneof, index) => (marks.includes(index) ? null : oneof.text('name')));
  const fields = descriptors.map(field => {
    const oneof = oneofs[field.number('oneof_index')] ?? null;
    const isPlain = isMapEntry || oneof !== null || (scope.isProto3 && !field.flag('proto3_optional'));
    return { field: readField(field, isPlain), oneof };
  });
  const types = typesOf(message.all('nested_type'), message.all('enum_type'), inner);
  return {
    kind: 'message',
    name,
    isMapEntry,
    oneofs: oneofs.filter(one => one !== null),
    ...withMaps({ fields, types }, inner.path),
  };
}

/** Entries of maps have other names than in a text (`mapEntryName`), and come last. */
function withMaps(
  { fields, types }: { readonly fields: MessageSyntax['fields']; readonly types: readonly TypeSyntax[] },
  path: string,
): Pick<MessageSyntax, 'fields' | 'types'> {
  const entries: MessageSyntax[] = [];
  const named = fields.map(({ field, oneof }) => {
    const entry = types.find(
      type => type.kind === 'message' && type.isMapEntry && field.type === `${path}.${type.name}`,
    );
    if (entry?.kind !== 'message') return { field, oneof };
    const name = mapEntryName(field.name);
    entries.push({ ...entry, name });
    return { field: { ...field, type: name }, oneof };
  });
  return { fields: named, types: [...types.filter(type => type.kind === 'enum' || !type.isMapEntry), ...entries] };
}

/** @param isPlain that it is optional is not written at it. */
function readField(field: Descriptor, isPlain: boolean): FieldSyntax {
  const [name, type] = [field.text('name'), field.number('type')];
  if (type === groupType) throw invalidProto(`field '${name}' is a group`);
  return {
    label: labelOf(field.number('label'), isPlain),
    type: typeNames.get(type) ?? field.text('type_name'),
    name,
    number: field.number('number'),
    options: new Map([...defaultOf(field, type), ...optionsOf(field.one('options'))]),
  };
}

function labelOf(label: number, isPlain: boolean): FieldSyntax['label'] {
  if (label === repeatedLabel) return 'repeated';
  if (label === requiredLabel) return 'required';
  return isPlain ? null : 'optional';
}

function defaultOf(field: Descriptor, type: number): readonly (readonly [string, OptionValue])[] {
  if (!field.has('default_value')) return [];
  const text = field.text('default_value');
  // Bytes are written as in a text between quotes.
  return [['default', { kind: 'text', text: type === bytesType ? new ProtoTokens(`"${text}"`).takeText() : text }]];
}

function optionsOf(options: Descriptor): readonly (readonly [string, OptionValue])[] {
  const items = options
    .one('field_meta')
    .all('params')
    .map(entry => ({
      kind: 'message' as const,
      entries: ['key', 'value'].map(part => [part, { kind: 'text' as const, text: entry.text(part) }] as const),
    }));
  return [
    ...(options.has('packed') ? [['packed', { kind: 'word', text: String(options.flag('packed')) }] as const] : []),
    ['(confluent.field_meta)', { kind: 'message', entries: [['params', { kind: 'list', items }]] }],
  ];
}

function readEnum(type: Descriptor): EnumSyntax {
  const values = type.all('value').map(value => ({ name: value.text('name'), number: value.number('number') }));
  return { kind: 'enum', name: type.text('name'), values };
}
