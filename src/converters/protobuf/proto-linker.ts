/** Types of Protobuf schemas with all names looked up, in them and in what they import. */
import { knownProtoFiles } from './known-protos.ts';
import type { EnumSyntax, FieldSyntax, FileSyntax, MessageSyntax, TypeSyntax } from './proto-syntax.ts';
import { invalidProto, type OptionValue } from './proto-tokens.ts';
import {
  scalarTypes,
  type ProtoEnum,
  type ProtoField,
  type ProtoFieldType,
  type ProtoMessage,
  type ProtoOneof,
  type ProtoScalar,
  type ScalarType,
} from './proto-types.ts';

interface Declared {
  readonly syntax: TypeSyntax;
  readonly isProto3: boolean;
}

/** Looks the names of files up, their own and those of what they import. */
export class ProtoLinker {
  readonly #imports: ReadonlyMap<string, string>;
  readonly #parse: (text: string) => FileSyntax;
  readonly #files = new Set<string>();
  readonly #declared = new Map<string, Declared>();
  readonly #messages = new Map<string, ProtoMessage>();
  readonly #enums = new Map<string, ProtoEnum>();

  /**
   * @param options `imports`: texts of files by their path; Google's and Confluent's own need not be among them. `parse` reads them.
   */
  constructor(options: {
    readonly imports: ReadonlyMap<string, string>;
    readonly parse: (text: string) => FileSyntax;
  }) {
    this.#imports = options.imports;
    this.#parse = options.parse;
  }

  /** Takes in a file and all that it imports. @throws {ConnectError} SCHEMA_INVALID */
  add(file: FileSyntax): void {
    for (const path of file.imports) {
      if (this.#files.has(path)) continue;
      this.#files.add(path);
      const text = this.#imports.get(path) ?? knownProtoFiles.get(path);
      if (text === undefined) throw invalidProto(`it imports '${path}', which is none of its references`);
      this.add(this.#parse(text));
    }
    this.#declare(file.types, file.packageName, file.isProto3);
  }

  /** Whether there is a message of that name. */
  hasMessage(fullName: string): boolean {
    return this.#declared.get(fullName)?.syntax.kind === 'message';
  }

  /** The message of that name. @throws {ConnectError} SCHEMA_INVALID when there is none, or something in it is not valid. */
  message(fullName: string): ProtoMessage {
    const known = this.#messages.get(fullName);
    if (known !== undefined) return known;
    const declared = this.#declared.get(fullName);
    if (declared?.syntax.kind !== 'message') throw invalidProto(`it has no message '${fullName}'`);
    return this.#linkMessage(declared.syntax, fullName, declared.isProto3);
  }

  #declare(types: readonly TypeSyntax[], scope: string, isProto3: boolean): void {
    for (const syntax of types) {
      const fullName = joinNames(scope, syntax.name);
      this.#declared.set(fullName, { syntax, isProto3 });
      if (syntax.kind === 'message') this.#declare(syntax.types, fullName, isProto3);
    }
  }

  #linkMessage(syntax: MessageSyntax, fullName: string, isProto3: boolean): ProtoMessage {
    const fields: ProtoField[] = [];
    const ofOneofs = new Map<string, ProtoField[]>(syntax.oneofs.map(name => [name, []]));
    const oneofs = syntax.oneofs.map((name, index): ProtoOneof => {
      return { name, fullName: joinNames(fullName, name), index, fields: ofOneofs.get(name) ?? [] };
    });
    const { name, isMapEntry } = syntax;
    const message: ProtoMessage = { name, fullName, isProto3, isMapEntry, fields, oneofs };
    // Before its fields, which may be of this very type.
    this.#messages.set(fullName, message);
    const numbers = new Set<number>();
    for (const one of syntax.fields) {
      const { field } = one;
      if (field.number < 1 || field.number > maxFieldNumber || numbers.has(field.number)) {
        throw invalidProto(`field '${field.name}' of '${fullName}' has number ${field.number}, which is taken or none`);
      }
      numbers.add(field.number);
      const oneof = oneofs.find(choice => choice.name === one.oneof) ?? null;
      const linked = this.#linkField(field, { scope: fullName, isProto3, oneof });
      fields.push(linked);
      ofOneofs.get(one.oneof ?? '')?.push(linked);
    }
    return message;
  }

  #linkField(
    syntax: FieldSyntax,
    {
      scope,
      isProto3,
      oneof,
    }: { readonly scope: string; readonly isProto3: boolean; readonly oneof: ProtoOneof | null },
  ): ProtoField {
    const type = this.#typeOf(syntax.type, scope, isProto3);
    const isRepeated = syntax.label === 'repeated';
    const packed = syntax.options.get('packed');
    const isPackable =
      type.kind === 'enum' || (type.kind === 'scalar' && type.scalar !== 'string' && type.scalar !== 'bytes');
    const isMarked = packed === undefined ? isProto3 : packed.kind === 'word' && packed.text === 'true';
    return {
      name: syntax.name,
      number: syntax.number,
      type,
      isRepeated,
      isPacked: isRepeated && isPackable && isMarked,
      isRequired: syntax.label === 'required',
      isOptional: syntax.label === 'optional',
      hasPresence:
        !isRepeated && (!isProto3 || syntax.label === 'optional' || oneof !== null || type.kind === 'message'),
      oneof,
      explicitDefault: isProto3 ? null : explicitDefaultOf(type, syntax.options.get('default')),
      parameters: parametersOf(syntax.options.get('(confluent.field_meta)')),
    };
  }

  #typeOf(name: string, scope: string, isProto3: boolean): ProtoFieldType {
    const scalar = scalarTypes.find(one => one === name);
    if (scalar !== undefined) return { kind: 'scalar', scalar };
    for (const candidate of candidatesOf(name, scope)) {
      const declared = this.#declared.get(candidate);
      if (declared?.syntax.kind === 'message') return { kind: 'message', type: this.message(candidate) };
      if (declared !== undefined) {
        const isClosed = !isProto3 || !declared.isProto3;
        return { kind: 'enum', type: this.#enum(candidate, declared.syntax), isClosed };
      }
    }
    throw invalidProto(`'${scope}' has a field of type '${name}', which does not exist`);
  }

  #enum(fullName: string, syntax: EnumSyntax): ProtoEnum {
    const known = this.#enums.get(fullName) ?? { name: syntax.name, fullName, values: syntax.values };
    this.#enums.set(fullName, known);
    return known;
  }
}

const maxFieldNumber = 536_870_911;

/** The names that a name may stand for, from the innermost scope outwards. */
function candidatesOf(name: string, scope: string): readonly string[] {
  if (name.startsWith('.')) return [name.slice(1)];
  const parts = scope.split('.');
  return parts.map((_part, index) => joinNames(parts.slice(0, parts.length - index).join('.'), name)).concat(name);
}

/** A name within a scope, which may be empty. */
export function joinNames(scope: string, name: string): string {
  return scope === '' ? name : `${scope}.${name}`;
}

function explicitDefaultOf(type: ProtoFieldType, value: OptionValue | undefined): ProtoScalar | null {
  if (value === undefined || (value.kind !== 'text' && value.kind !== 'word')) return null;
  if (type.kind === 'enum') return type.type.values.find(({ name }) => name === value.text)?.number ?? null;
  return type.kind === 'scalar' ? scalarOf(type.scalar, value.text) : null;
}

function scalarOf(type: ScalarType, text: string): ProtoScalar {
  switch (type) {
    case 'string':
      return text;
    case 'bytes':
      return Buffer.from(text, 'latin1');
    case 'bool':
      return text === 'true';
    case 'double':
    case 'float':
      return text === 'inf' ? Infinity : text === '-inf' ? -Infinity : Number(text);
    case 'int64':
    case 'uint64':
    case 'sint64':
    case 'fixed64':
    case 'sfixed64':
      return BigInt.asIntN(64, integerOf(text));
    default:
      return Number(BigInt.asIntN(32, integerOf(text)));
  }
}

/** In any of the bases that there are; what is none is 0. */
function integerOf(text: string): bigint {
  const found = /^(-?)(?:0([0-7]+)|(0[xX][\da-fA-F]+|\d+))$/.exec(text);
  if (found === null) return 0n;
  const [, sign, octal, other = '0'] = found;
  const magnitude = BigInt(octal === undefined ? other : `0o${octal}`);
  return sign === '-' ? -magnitude : magnitude;
}

/** Lists of entries, or one entry after the other. */
function parametersOf(meta: OptionValue | undefined): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  if (meta?.kind !== 'message') return parameters;
  for (const [name, value] of meta.entries) {
    if (name !== 'params') continue;
    for (const entry of value.kind === 'list' ? value.items : [value]) {
      const [key, text] = ['key', 'value'].map(part => textOf(entry, part));
      if (key !== undefined) parameters.set(key, text ?? '');
    }
  }
  return parameters;
}

function textOf(entry: OptionValue, part: string): string | undefined {
  const value = entry.kind === 'message' ? entry.entries.find(([name]) => name === part)?.[1] : undefined;
  return value?.kind === 'text' ? value.text : undefined;
}
