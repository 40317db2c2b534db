/**
 * gRPC reflection that costs nothing until somebody asks: the library, the .proto files with their comments and the descriptors made
 * of them load at the first call. A plugin starts for every task, and hardly one of a thousand is ever asked.
 */
import type { Server, ServerDuplexStream, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';

const identity = (bytes: Buffer): Buffer => bytes;

/** Both versions that clients ask for, in the order in which the library adds them. */
const servicePaths = [
  '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
  '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo',
];

/** A service of the library, as it hands it to a server. */
interface LoadedService {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
}

/**
 * Adds reflection to a server.
 *
 * @param findFiles what it tells of: .proto files, absolute or under the proto folder; what they import comes along. Asked at the
 *   first call.
 */
export function addLazyReflection(
  server: Pick<Server, 'addService'>,
  findFiles: () => Promise<readonly string[]>,
): void {
  let loading: Promise<readonly LoadedService[]> | undefined;
  servicePaths.forEach((path, index) => {
    const method = {
      path,
      requestStream: true,
      responseStream: true,
      requestSerialize: identity,
      requestDeserialize: identity,
      responseSerialize: identity,
      responseDeserialize: identity,
    };
    server.addService(
      { serverReflectionInfo: method },
      {
        serverReflectionInfo: (call: ServerDuplexStream<Buffer, Buffer>) => {
          loading ??= findFiles().then(load);
          loading.then(
            services => answer(call, services[index]),
            (error: unknown) => call.destroy(error instanceof Error ? error : new Error(String(error))),
          );
        },
      },
    );
  });
}

async function load(files: readonly string[]): Promise<readonly LoadedService[]> {
  const [{ ReflectionService }, { loadReflectionPackage }] = await Promise.all([
    import('@grpc/reflection'),
    import('./file-descriptors.ts'),
  ]);
  const services: LoadedService[] = [];
  const collector: Pick<Server, 'addService'> = {
    addService: (definition, implementation) => void services.push({ definition, implementation }),
  };
  // The library uses nothing of a server but addService.
  new ReflectionService(loadReflectionPackage(files)).addToServer(collector);
  return services;
}

/** Hands the call to the library, which wants messages where the stream has bytes. */
function answer(call: ServerDuplexStream<Buffer, Buffer>, service: LoadedService | undefined): void {
  const method = service?.definition['ServerReflectionInfo'];
  const handler = service?.implementation['ServerReflectionInfo'];
  if (method === undefined || handler === undefined) {
    call.destroy(new Error('The reflection library has no method ServerReflectionInfo'));
    return;
  }
  const stream = {
    on: (event: string, listener: (message?: object) => void): void => {
      if (event !== 'data') call.on(event, listener);
      else call.on('data', (bytes: Buffer) => listener(method.requestDeserialize(bytes) as object));
    },
    write: (message: object): boolean => call.write(method.responseSerialize(message)),
    end: (): void => void call.end(),
  };
  // The library's handler uses these three of the stream's methods, and its type is a union over all kinds of calls.
  (handler as (stream: object) => void)(stream);
}
