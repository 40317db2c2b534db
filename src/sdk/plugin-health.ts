/**
 * `grpc.health.v1` of a plugin, which is healthy for as long as it answers. By hand, as there is so little to say: the library would
 * cost every process a third of its start (docs/decisions/0070-plugin-start.md).
 *
 * ```
 * HealthCheckRequest  => service=1                  HealthCheckResponse => status=1
 * HealthListResponse  => { key=1 value=2 }=1        ServingStatus       => SERVING=1 SERVICE_UNKNOWN=3
 * ```
 */
import {
  type sendUnaryData,
  type Server,
  type ServerUnaryCall,
  type ServerWritableStream,
  status as grpcStatus,
} from '@grpc/grpc-js';

const serving = Buffer.from([0x08, 1]);
const serviceUnknown = Buffer.from([0x08, 3]);
const listOfServing = Buffer.from([0x0a, 4, 0x12, 2, ...serving]);

type Unary = ServerUnaryCall<Buffer, Buffer>;
type Answer = sendUnaryData<Buffer>;

/** Adds the service to a server: the server as a whole (service "") is SERVING, and no other name is known. */
export function addPluginHealth(server: Pick<Server, 'addService'>): void {
  server.addService(
    { check: method('Check', false), list: method('List', false), watch: method('Watch', true) },
    {
      check: (call: Unary, answer: Answer) => {
        if (isWholeServer(call.request)) answer(null, serving);
        else answer({ code: grpcStatus.NOT_FOUND, details: 'Health of a plugin is known as a whole: name no service' });
      },
      list: (_call: Unary, answer: Answer) => answer(null, listOfServing),
      watch: (call: ServerWritableStream<Buffer, Buffer>) => {
        call.write(isWholeServer(call.request) ? serving : serviceUnknown);
        call.on('cancelled', () => call.end());
      },
    },
  );
}

/** No `service`, or an empty one. */
function isWholeServer(request: Buffer): boolean {
  return request.length === 0 || (request[0] === 0x0a && request[1] === 0);
}

const identity = (bytes: Buffer): Buffer => bytes;

function method(name: string, responseStream: boolean) {
  return {
    path: `/grpc.health.v1.Health/${name}`,
    requestStream: false,
    responseStream,
    requestSerialize: identity,
    requestDeserialize: identity,
    responseSerialize: identity,
    responseDeserialize: identity,
  };
}
