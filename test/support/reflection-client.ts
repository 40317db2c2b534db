import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import {
  loadFileDescriptorSetFromBuffer,
  loadSync,
  type MethodDefinition,
  type PackageDefinition,
  type ServiceDefinition,
} from '@grpc/proto-loader';
import descriptor from 'protobufjs/ext/descriptor/index.js';

/** How messages come out: as JSON has them, nothing added. */
const jsonLike = { enums: String, longs: String, keepCase: true } as const;
/** A worker that was just started listens a moment later. */
const channelOptions = { 'grpc.initial_reconnect_backoff_ms': 20, 'grpc.max_reconnect_backoff_ms': 100 };
type AnyMethod = MethodDefinition<object, object>;

/** A gRPC client that knows of a server only what its reflection tells, as grpcurl does. */
export class ReflectionClient {
  readonly #client: Client;
  readonly #methods = new Map<string, AnyMethod>();
  readonly #reflect: AnyMethod;

  constructor(address: string) {
    this.#client = new Client(address, credentials.createInsecure(), channelOptions);
    const folder = dirname(createRequire(import.meta.url).resolve('@grpc/reflection/package.json'));
    const proto = join(folder, 'build/proto/grpc/reflection/v1/reflection.proto');
    const service = findService(loadSync(proto, { ...jsonLike, oneofs: true }), 'grpc.reflection.v1.ServerReflection');
    this.#reflect = findMethod(service, 'ServerReflectionInfo');
  }

  /** Full names of the services. */
  async listServices(): Promise<readonly string[]> {
    const { list_services_response: list } = await this.#ask({ list_services: '*' });
    return (list?.service ?? []).map(each => each.name);
  }

  /** Descriptors of the file that declares a symbol and of what it imports. */
  async filesOf(symbol: string): Promise<readonly Buffer[]> {
    const answer = await this.#ask({ file_containing_symbol: symbol });
    if (answer.error_response) throw new Error(`Reflection: ${answer.error_response.error_message}`);
    return answer.file_descriptor_response?.file_descriptor_proto ?? [];
  }

  /**
   * Calls a method: `call('millrace.admin.v1.Connectors/Get', { name: 'x' })`.
   *
   * @throws the ServiceError of grpc-js.
   */
  async call(path: string, request: object, options: { readonly deadlineMs?: number } = {}): Promise<unknown> {
    const method = await this.#method(path);
    const deadline =
      options.deadlineMs === undefined ? Infinity : performance.timeOrigin + performance.now() + options.deadlineMs;
    return new Promise((resolve, reject) => {
      const { path: wirePath, requestSerialize, responseDeserialize } = method;
      this.#client.makeUnaryRequest(
        wirePath,
        requestSerialize,
        responseDeserialize,
        toEntries(request),
        { deadline },
        (error: ServiceError | null, response) => (error === null ? resolve(fromEntries(response)) : reject(error)),
      );
    });
  }

  /** Calls a method that answers with a stream; to be ended by `cancel`, or by the server. */
  async watch(path: string, request: object): Promise<Watch> {
    const { path: wirePath, requestSerialize, responseDeserialize } = await this.#method(path);
    const stream = this.#client.makeServerStreamRequest(
      wirePath,
      requestSerialize,
      responseDeserialize,
      toEntries(request),
    );
    const messages: AsyncIterator<object, undefined> = stream[Symbol.asyncIterator]();
    return {
      next: async () => {
        const { value } = await messages.next();
        if (value === undefined) throw new Error('The stream has ended');
        return fromEntries(value);
      },
      cancel: () => stream.cancel(),
    };
  }

  close(): void {
    this.#client.close();
  }

  async #method(path: string): Promise<AnyMethod> {
    const known = this.#methods.get(path);
    if (known !== undefined) return known;
    const [service = '', name = ''] = path.split('/');
    const files = (await this.filesOf(service)).map(bytes => descriptor.FileDescriptorProto.decode(bytes));
    const set = descriptor.FileDescriptorSet.encode(descriptor.FileDescriptorSet.create({ file: files })).finish();
    const method = findMethod(findService(loadFileDescriptorSetFromBuffer(Buffer.from(set), jsonLike), service), name);
    this.#methods.set(path, method);
    return method;
  }

  #ask(request: object): Promise<ReflectionAnswer> {
    const { path, requestSerialize, responseDeserialize } = this.#reflect;
    return new Promise((resolve, reject) => {
      const stream = this.#client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
      stream.once('data', (answer: ReflectionAnswer) => {
        resolve(answer);
        stream.end();
      });
      stream.once('error', reject);
      stream.write(request);
    });
  }
}

/** A stream of messages. */
export interface Watch {
  /** The next message. @throws the ServiceError that ended the stream. */
  next(): Promise<unknown>;
  cancel(): void;
}

interface ReflectionAnswer {
  readonly list_services_response?: { readonly service: readonly { readonly name: string }[] };
  readonly file_descriptor_response?: { readonly file_descriptor_proto: readonly Buffer[] };
  readonly error_response?: { readonly error_message: string };
}

function findService(loaded: PackageDefinition, name: string): ServiceDefinition {
  const definition = loaded[name];
  if (definition === undefined || isMessageOrEnum(definition)) throw new Error(`Reflection knows no service '${name}'`);
  return definition;
}

function isMessageOrEnum(
  definition: PackageDefinition[string],
): definition is Exclude<PackageDefinition[string], ServiceDefinition> {
  return 'format' in definition;
}

function findMethod(service: ServiceDefinition, name: string): AnyMethod {
  const method = service[name];
  if (method === undefined) throw new Error(`Reflection knows no method '${name}'`);
  return method;
}

/** protobufjs reads the map fields of a descriptor as what they are on the wire: repeated entries. */
function toEntries(request: object): object {
  const isMap = (value: unknown): value is object =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  return Object.fromEntries(
    Object.entries(request).map(([name, value]: [string, unknown]) => [
      name,
      isMap(value) ? Object.entries(value).map(([key, item]: [string, unknown]) => ({ key, value: item })) : value,
    ]),
  );
}

function fromEntries(value: unknown): unknown {
  if (Array.isArray(value)) {
    const entries = value.map(fromEntries);
    return entries.length > 0 && entries.every(isEntry)
      ? Object.fromEntries(entries.map(each => [each.key, each.value]))
      : entries;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, fromEntries(field)]));
}

function isEntry(value: unknown): value is { readonly key: string; readonly value: unknown } {
  return typeof value === 'object' && value !== null && Object.keys(value).sort().join() === 'key,value';
}
