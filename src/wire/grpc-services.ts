import type { MethodDefinition, ServiceDefinition, UntypedHandleCall } from '@grpc/grpc-js';
import { decodeMessage, encodeMessage, type PluginMessages } from './message-codec.ts';

/** A method whose messages are plain values on both sides. */
export type PluginMethod<
  Request extends keyof PluginMessages,
  Response extends keyof PluginMessages,
> = MethodDefinition<PluginMessages[Request], PluginMessages[Response]>;

/** A task stream: messages are bytes on both sides, for the codec of stream-codec.ts. */
export type TaskStreamMethod = MethodDefinition<Buffer, Buffer>;

/** Methods of `millrace.plugin.v1.Plugin`. */
export const pluginService = {
  handshake: method('Handshake', 'HandshakeRequest', 'HandshakeResponse'),
  describe: method('Describe', 'DescribeRequest', 'DescribeResponse'),
  validateConfig: method('ValidateConfig', 'ValidateConfigRequest', 'ValidateConfigResponse'),
  planTasks: method('PlanTasks', 'PlanTasksRequest', 'PlanTasksResponse'),
  watch: { ...method('Watch', 'WatchRequest', 'WatchEvent'), responseStream: true },
  alterOffsets: method('AlterOffsets', 'AlterOffsetsRequest', 'AlterOffsetsResponse'),
  shutdown: method('Shutdown', 'ShutdownRequest', 'ShutdownResponse'),
} as const satisfies ServiceDefinition<Record<string, UntypedHandleCall>>;

/** `millrace.plugin.v1.SourceTask`: sends `SourceDown`, receives `SourceUp`. */
export const sourceTaskService = { run: taskStream('/millrace.plugin.v1.SourceTask/Run') } as const;

/** `millrace.plugin.v1.SinkTask`: sends `SinkDown`, receives `SinkUp`. */
export const sinkTaskService = { run: taskStream('/millrace.plugin.v1.SinkTask/Run') } as const;

function method<Request extends keyof PluginMessages, Response extends keyof PluginMessages>(
  name: string,
  request: Request,
  response: Response,
): PluginMethod<Request, Response> {
  return {
    path: `/millrace.plugin.v1.Plugin/${name}`,
    originalName: name.charAt(0).toLowerCase() + name.slice(1),
    requestStream: false,
    responseStream: false,
    requestSerialize: value => encodeMessage(request, value),
    requestDeserialize: bytes => decodeMessage(request, bytes),
    responseSerialize: value => encodeMessage(response, value),
    responseDeserialize: bytes => decodeMessage(response, bytes),
  };
}

function taskStream(path: string): TaskStreamMethod {
  const identity = (bytes: Buffer): Buffer => bytes;
  return {
    path,
    originalName: 'run',
    requestStream: true,
    responseStream: true,
    requestSerialize: identity,
    requestDeserialize: identity,
    responseSerialize: identity,
    responseDeserialize: identity,
  };
}
