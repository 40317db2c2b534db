/**
 * Services and messages in the form that gRPC reflection hands out (google.protobuf.FileDescriptorProto), made from what protobufjs
 * read. proto-loader makes such descriptors too, but without imports and comments, with camelCase field names, and with maps and
 * `optional` fields that other languages refuse or show as something else.
 */
import { basename, resolve } from 'node:path';
import type { PackageDefinition } from '@grpc/proto-loader';
import protobuf from 'protobufjs';
import descriptor from 'protobufjs/ext/descriptor/index.js';
import { protoFolder } from './proto-files.ts';

const scalarTypes = new Map(
  'double float int64 uint64 int32 fixed64 fixed32 bool string group message bytes uint32 enum sfixed32 sfixed64 sint32 sint64'
    .split(' ')
    .map((name, index) => [name, index + 1]),
);
const messageType = scalarTypes.get('message');
const enumType = scalarTypes.get('enum');
const label = { optional: 1, repeated: 3 } as const;
/** Field numbers in google/protobuf/descriptor.proto: a path of (number, index) pairs leads to an element of a file. */
const step = {
  fileMessage: 4,
  fileEnum: 5,
  fileService: 6,
  field: 2,
  nested: 3,
  nestedEnum: 4,
  value: 2,
  method: 2,
} as const;

type Path = readonly number[];

/**
 * What @grpc/reflection serves. With it `grpcurl describe` shows the files as they are written, comments included. Loads files,
 * blocking.
 *
 * @param files absolute, or under {@link protoFolder}; what they import comes along.
 */
export function loadReflectionPackage(files: readonly string[]): PackageDefinition {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => resolve(protoFolder(), target);
  root.loadSync([...files], { keepCase: true, alternateCommentMode: true }).resolveAll();
  const byFile = new Map<string, FileWriter>();
  for (const element of topLevelElements(root)) {
    const name = fileOf(element);
    const writer = byFile.get(name) ?? new FileWriter(name, packageOf(element));
    byFile.set(name, writer);
    writer.add(element);
  }
  const fileDescriptorProtos = [...byFile.values()].map(writer => writer.finish());
  // @grpc/reflection looks at nothing but the descriptors of a definition; an enum's is the smallest kind.
  return { files: { format: 'Protocol Buffer 3 EnumDescriptorProto', type: {}, fileDescriptorProtos } };
}

function topLevelElements(scope: protobuf.NamespaceBase): protobuf.ReflectionObject[] {
  return scope.nestedArray.flatMap(nested => {
    const isElement =
      nested instanceof protobuf.Type || nested instanceof protobuf.Enum || nested instanceof protobuf.Service;
    if (isElement) return [nested];
    return nested instanceof protobuf.Namespace ? topLevelElements(nested) : [];
  });
}

function packageOf(element: protobuf.ReflectionObject): string {
  return element.parent?.fullName.slice(1) ?? '';
}

/** Files are named by package, wherever they lie. Google's own come with protobufjs, which does not tell their names. */
function fileOf(element: protobuf.ReflectionObject): string {
  const name = element.filename === null ? `${element.name.toLowerCase()}.proto` : basename(element.filename);
  return `${packageOf(element).replaceAll('.', '/')}/${name}`;
}

/** Writes the descriptor of one file. */
class FileWriter {
  readonly #name: string;
  readonly #package: string;
  readonly #messages: object[] = [];
  readonly #enums: object[] = [];
  readonly #services: object[] = [];
  readonly #imports = new Set<string>();
  readonly #comments: object[] = [];

  constructor(name: string, packageName: string) {
    this.#name = name;
    this.#package = packageName;
  }

  add(element: protobuf.ReflectionObject): void {
    if (element instanceof protobuf.Type) {
      this.#messages.push(this.#message(element, [step.fileMessage, this.#messages.length]));
    } else if (element instanceof protobuf.Enum) {
      this.#enums.push(this.#enum(element, [step.fileEnum, this.#enums.length]));
    } else if (element instanceof protobuf.Service) {
      this.#services.push(this.#service(element, [step.fileService, this.#services.length]));
    }
  }

  finish(): Buffer {
    const file = descriptor.FileDescriptorProto.fromObject({
      name: this.#name,
      package: this.#package,
      dependency: [...this.#imports],
      messageType: this.#messages,
      enumType: this.#enums,
      service: this.#services,
      sourceCodeInfo: { location: this.#comments },
      syntax: 'proto3',
    });
    return Buffer.from(descriptor.FileDescriptorProto.encode(file).finish());
  }

  #message(type: protobuf.Type, path: Path): object {
    this.#comment(path, type.comment);
    // Real oneofs come first; then each `optional` field has one of its own.
    const oneofs = type.oneofsArray.toSorted((a, b) => Number(a.isProto3Optional) - Number(b.isProto3Optional));
    const nestedTypes: object[] = [];
    const nestedEnums: object[] = [];
    for (const nested of type.nestedArray) {
      if (nested instanceof protobuf.Type)
        nestedTypes.push(this.#message(nested, [...path, step.nested, nestedTypes.length]));
      if (nested instanceof protobuf.Enum)
        nestedEnums.push(this.#enum(nested, [...path, step.nestedEnum, nestedEnums.length]));
    }
    const field = type.fieldsArray.map((each, index) => {
      this.#comment([...path, step.field, index], each.comment);
      if (!(each instanceof protobuf.MapField)) return this.#field(each, oneofs);
      const entry = `${upperCamel(each.name)}Entry`;
      nestedTypes.push(this.#mapEntry(each, entry));
      const typeName = `${type.fullName}.${entry}`;
      const jsonName = lowerCamel(each.name);
      return { name: each.name, jsonName, number: each.id, label: label.repeated, type: messageType, typeName };
    });
    const oneofDecl = oneofs.map(({ name }) => ({ name }));
    return { name: type.name, field, nestedType: nestedTypes, enumType: nestedEnums, oneofDecl };
  }

  #field(field: protobuf.Field, oneofs: readonly protobuf.OneOf[]): object {
    const own = {
      name: field.name,
      jsonName: lowerCamel(field.name),
      number: field.id,
      label: field.repeated ? label.repeated : label.optional,
      ...this.#type(field),
    };
    if (field.partOf === null) return own;
    return { ...own, oneofIndex: oneofs.indexOf(field.partOf), proto3Optional: field.partOf.isProto3Optional };
  }

  #mapEntry(field: protobuf.MapField, name: string): object {
    const key = { name: 'key', number: 1, label: label.optional, type: scalarTypes.get(field.keyType) };
    const value = { name: 'value', number: 2, label: label.optional, ...this.#type(field) };
    return { name, field: [key, value], options: { mapEntry: true } };
  }

  #type(field: Pick<protobuf.FieldBase, 'type' | 'resolvedType'>): object {
    const type = field.resolvedType;
    if (type === null) return { type: scalarTypes.get(field.type) };
    this.#import(type);
    return { type: type instanceof protobuf.Enum ? enumType : messageType, typeName: type.fullName };
  }

  #enum(type: protobuf.Enum, path: Path): object {
    this.#comment(path, type.comment);
    const value = Object.entries(type.values).map(([name, number], index) => {
      this.#comment([...path, step.value, index], type.comments[name]);
      return { name, number };
    });
    return { name: type.name, value };
  }

  #service(service: protobuf.Service, path: Path): object {
    this.#comment(path, service.comment);
    const method = service.methodsArray.map((each, index) => {
      this.#comment([...path, step.method, index], each.comment);
      return {
        name: each.name,
        inputType: this.#typeName(each.resolvedRequestType),
        outputType: this.#typeName(each.resolvedResponseType),
        clientStreaming: each.requestStream === true,
        serverStreaming: each.responseStream === true,
      };
    });
    return { name: service.name, method };
  }

  #typeName(type: protobuf.Type | null): string {
    if (type === null) throw new TypeError(`A method in ${this.#name} has an unknown type`);
    this.#import(type);
    return type.fullName;
  }

  /** Notes the file that a type comes from. */
  #import(type: protobuf.ReflectionObject): void {
    let outermost = type;
    while (outermost.parent instanceof protobuf.Type) outermost = outermost.parent;
    const file = fileOf(outermost);
    if (file !== this.#name) this.#imports.add(file);
  }

  #comment(path: Path, comment: string | null | undefined): void {
    if (comment === null || comment === undefined) return;
    const leadingComments = comment.split('\n').map(line => ` ${line}\n`);
    this.#comments.push({ path, span: [this.#comments.length, 0, 0], leadingComments: leadingComments.join('') });
  }
}

/** Name of a field in JSON, as protoc makes it. */
function lowerCamel(name: string): string {
  return name.replace(/_+([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}

function upperCamel(name: string): string {
  return name
    .split('_')
    .map(word => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
