/** Protobuf schemas. */
import { ConnectError } from '../../errors/connect-error.ts';
import { isProtoDescriptor, readProtoDescriptor } from './proto-descriptor.ts';
import { joinNames, ProtoLinker } from './proto-linker.ts';
import { parseProto, type FileSyntax, type MessageSyntax, type TypeSyntax } from './proto-syntax.ts';
import type { ProtoMessage } from './proto-types.ts';

/** A schema. */
export class ProtoSchema {
  readonly text: string;
  readonly #file: FileSyntax;
  readonly #linker: ProtoLinker;

  /**
   * @param text `.proto` text, or a `FileDescriptorProto` in base64.
   * @param imports texts of the files that it imports, directly and through others, by the path it has for each. Google's and
   *   Confluent's own need not be among them.
   * @throws {ConnectError} SCHEMA_INVALID.
   */
  constructor(text: string, imports: ReadonlyMap<string, string> = new Map()) {
    this.text = text;
    this.#file = parseFile(text);
    this.#linker = new ProtoLinker({ imports, parse: parseFile });
    this.#linker.add(this.#file);
  }

  /** Paths of the files that it imports by itself. */
  get imports(): readonly string[] {
    return this.#file.imports;
  }

  /** The first message, which data is of that names no other. */
  get firstMessage(): ProtoMessage {
    return this.messageAt([0]);
  }

  /** The message at these places, from outside to inside, each counted among the messages there. @throws {ConnectError} DATA_INVALID */
  messageAt(indexes: readonly number[]): ProtoMessage {
    let types: readonly TypeSyntax[] = this.#file.types;
    let fullName = this.#file.packageName;
    for (const index of indexes) {
      const message = messagesOf(types)[index];
      if (message === undefined)
        throw new ConnectError('DATA_INVALID', `The schema has no message at ${indexes.join('.')}`);
      fullName = joinNames(fullName, message.name);
      types = message.types;
    }
    return this.#linker.message(fullName);
  }

  /** Places of a message of this file, from outside to inside. @throws {ConnectError} DATA_INVALID when it is not there. */
  indexesOf(fullName: string): readonly number[] {
    const indexes: number[] = [];
    let types: readonly TypeSyntax[] = this.#file.types;
    const { packageName } = this.#file;
    const inPackage = packageName === '' || fullName.startsWith(`${packageName}.`);
    const path = (packageName === '' ? fullName : fullName.slice(packageName.length + 1)).split('.');
    for (const name of path) {
      const messages = messagesOf(types);
      const index = messages.findIndex(message => message.name === name);
      const message = messages[index];
      if (!inPackage || message === undefined)
        throw new ConnectError('DATA_INVALID', `The schema has no message '${fullName}'`);
      indexes.push(index);
      types = message.types;
    }
    return indexes;
  }

  /** Whether there is a message of that name. */
  hasMessage(fullName: string): boolean {
    return this.#linker.hasMessage(fullName);
  }

  /** The message of that name. @throws {ConnectError} SCHEMA_INVALID when there is none. */
  message(fullName: string): ProtoMessage {
    return this.#linker.message(fullName);
  }
}

function parseFile(text: string): FileSyntax {
  return isProtoDescriptor(text) ? readProtoDescriptor(text) : parseProto(text);
}

/** Entries of maps are not written as messages, and not counted. */
function messagesOf(types: readonly TypeSyntax[]): readonly MessageSyntax[] {
  return types.filter((type): type is MessageSyntax => type.kind === 'message' && !type.isMapEntry);
}
