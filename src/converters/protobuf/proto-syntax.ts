/** What a `.proto` text declares, before the names in it are looked up. */
import { maxProtoDepth, ProtoTokens, type OptionValue } from './proto-tokens.ts';

/** A field as it is written. */
export interface FieldSyntax {
  readonly label: 'optional' | 'required' | 'repeated' | null;
  readonly type: string;
  readonly name: string;
  readonly number: number;
  readonly options: ReadonlyMap<string, OptionValue>;
}

/** A message as it is written. A map is a repeated field of an entry. */
export interface MessageSyntax {
  readonly kind: 'message';
  readonly name: string;
  readonly isMapEntry: boolean;
  /** In their order; those of a choice name it. */
  readonly fields: { readonly field: FieldSyntax; readonly oneof: string | null }[];
  readonly oneofs: string[];
  /** Messages and enums within it, entries of maps last. */
  readonly types: TypeSyntax[];
}

/** An enum as it is written. */
export interface EnumSyntax {
  readonly kind: 'enum';
  readonly name: string;
  readonly values: { readonly name: string; readonly number: number }[];
}

/** A type as it is written. */
export type TypeSyntax = MessageSyntax | EnumSyntax;

/** A file. */
export interface FileSyntax {
  readonly isProto3: boolean;
  readonly packageName: string;
  readonly imports: readonly string[];
  readonly types: readonly TypeSyntax[];
}

/** Reads a `.proto` text. @throws {ConnectError} SCHEMA_INVALID, with the line. */
export function parseProto(text: string): FileSyntax {
  const tokens = new ProtoTokens(text);
  const types: TypeSyntax[] = [];
  const imports: string[] = [];
  let [isProto3, packageName] = [false, ''];
  while (tokens.next !== '') {
    if (tokens.takeIf(';')) continue;
    switch (tokens.next) {
      case 'syntax':
        tokens.take();
        tokens.expect('=');
        isProto3 = readSyntax(tokens);
        break;
      case 'package':
        tokens.take();
        packageName = tokens.takeName();
        tokens.expect(';');
        break;
      case 'import':
        tokens.take();
        if (!tokens.takeIf('public')) tokens.takeIf('weak');
        imports.push(tokens.takeText());
        tokens.expect(';');
        break;
      case 'message':
      case 'enum':
        types.push(readType(tokens, 0));
        break;
      case 'option':
      case 'service':
      case 'extend':
        tokens.skipStatement();
        break;
      default:
        throw tokens.malformed('a declaration');
    }
  }
  return { isProto3, packageName, imports, types };
}

function readSyntax(tokens: ProtoTokens): boolean {
  const syntax = tokens.takeText();
  if (syntax !== 'proto3' && syntax !== 'proto2') throw tokens.malformed('proto2 or proto3');
  tokens.expect(';');
  return syntax === 'proto3';
}

function readType(tokens: ProtoTokens, depth: number): TypeSyntax {
  if (depth > maxProtoDepth) throw tokens.malformed('less nesting');
  return tokens.take() === 'message' ? readMessage(tokens, depth) : readEnum(tokens);
}

function readMessage(tokens: ProtoTokens, depth: number): MessageSyntax {
  const message: MessageSyntax = {
    kind: 'message',
    name: tokens.takeName(),
    isMapEntry: false,
    fields: [],
    oneofs: [],
    types: [],
  };
  const entries: MessageSyntax[] = [];
  tokens.expect('{');
  while (!tokens.takeIf('}')) {
    if (tokens.takeIf(';')) continue;
    switch (tokens.next) {
      case 'message':
      case 'enum':
        message.types.push(readType(tokens, depth + 1));
        break;
      case 'oneof':
        tokens.take();
        readOneof(tokens, message);
        break;
      case 'option':
      case 'reserved':
      case 'extensions':
      case 'extend':
        tokens.skipStatement();
        break;
      default:
        message.fields.push({ field: readFieldOrMap(tokens, entries), oneof: null });
    }
  }
  message.types.push(...entries);
  return message;
}

function readOneof(tokens: ProtoTokens, message: MessageSyntax): void {
  const name = tokens.takeName();
  message.oneofs.push(name);
  tokens.expect('{');
  while (!tokens.takeIf('}')) {
    if (tokens.takeIf(';')) continue;
    if (tokens.next === 'option') tokens.skipStatement();
    else message.fields.push({ field: readField(tokens, null, tokens.takeName()), oneof: name });
  }
}

function readFieldOrMap(tokens: ProtoTokens, entries: MessageSyntax[]): FieldSyntax {
  const label = ['optional', 'required', 'repeated'].find(one => one === tokens.next);
  if (label !== undefined) tokens.take();
  const type = tokens.takeName();
  if (type !== 'map' || !tokens.takeIf('<')) return readField(tokens, toLabel(label), type);
  const keyType = tokens.takeName();
  tokens.expect(',');
  const valueType = tokens.takeName();
  tokens.expect('>');
  const field = readField(tokens, 'repeated', type);
  const entry = mapEntryOf(field.name, keyType, valueType);
  entries.push(entry);
  return { ...field, type: entry.name };
}

function mapEntryOf(fieldName: string, keyType: string, valueType: string): MessageSyntax {
  const field = (name: string, number: number, type: string): MessageSyntax['fields'][number] => ({
    field: { label: null, type, name, number, options: new Map() },
    oneof: null,
  });
  return {
    kind: 'message',
    name: mapEntryName(fieldName),
    isMapEntry: true,
    fields: [field('key', 1, keyType), field('value', 2, valueType)],
    oneofs: [],
    types: [],
  };
}

/** Name of the entry of a map: `a_map` has `AMapEntry`, and `aMap` has `aMapEntry`. */
export function mapEntryName(name: string): string {
  if (!name.includes('_')) return `${name}Entry`;
  const words = name.split('_').map(word => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase());
  return `${words.join('')}Entry`;
}

function toLabel(label: string | undefined): FieldSyntax['label'] {
  return label === 'optional' || label === 'required' || label === 'repeated' ? label : null;
}

function readField(tokens: ProtoTokens, label: FieldSyntax['label'], type: string): FieldSyntax {
  if (type === 'group') throw tokens.malformed('a field that is no group');
  const name = tokens.takeName();
  tokens.expect('=');
  const number = tokens.takeInteger();
  const options = readFieldOptions(tokens);
  tokens.expect(';');
  return { label, type, name, number, options };
}

function readFieldOptions(tokens: ProtoTokens): ReadonlyMap<string, OptionValue> {
  const options = new Map<string, OptionValue>();
  if (!tokens.takeIf('[')) return options;
  do {
    let name = '';
    while (tokens.next !== '=') name += tokens.take();
    tokens.expect('=');
    options.set(name, tokens.takeValue());
  } while (tokens.takeIf(','));
  tokens.expect(']');
  return options;
}

function readEnum(tokens: ProtoTokens): EnumSyntax {
  const syntax: EnumSyntax = { kind: 'enum', name: tokens.takeName(), values: [] };
  tokens.expect('{');
  while (!tokens.takeIf('}')) {
    if (tokens.takeIf(';')) continue;
    if (tokens.next === 'option' || tokens.next === 'reserved') {
      tokens.skipStatement();
      continue;
    }
    const name = tokens.takeName();
    tokens.expect('=');
    syntax.values.push({ name, number: tokens.takeInteger() });
    readFieldOptions(tokens);
    tokens.expect(';');
  }
  return syntax;
}
