import type {
  CallOptions,
  Client,
  ClientDuplexStream,
  ClientReadableStream,
  Metadata,
  MethodDefinition,
  ServiceError,
} from '@grpc/grpc-js';
import type { ErrorCodeName } from '../errors/codes.ts';
import type { ConnectError } from '../errors/connect-error.ts';
import { pluginService, type TaskStreamMethod } from './grpc-services.ts';
import type { PluginMessages } from './message-codec.ts';
import { fromGrpcError, isUnserved } from './status-codec.ts';

/** How a call to a plugin is made. */
export interface PluginCallOptions {
  /** Carries the bearer token, if there is one. */
  readonly metadata: Metadata;
  /** Deadline and parent of the call. */
  readonly call?: CallOptions;
  /** Cancels the call. */
  readonly signal?: AbortSignal;
  /** Code of errors that say nothing of Millrace; PLUGIN_CALL_FAILED if not given. */
  readonly fallback?: ErrorCodeName;
  /** The same, where the other side surely has not served the call; as `fallback` if not given. */
  readonly unserved?: ErrorCodeName;
}

/**
 * Makes a unary call.
 *
 * @throws {ConnectError} as the other side sent it, else PLUGIN_CALL_FAILED; DEADLINE_EXCEEDED at the call's deadline.
 */
export function callUnary<Request, Response>(
  client: Client,
  method: MethodDefinition<Request, Response>,
  request: Request,
  options: PluginCallOptions,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const call = client.makeUnaryRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      options.metadata,
      options.call ?? {},
      (error, response) => {
        options.signal?.removeEventListener('abort', onAbort);
        if (error !== null) reject(toCallError(error, options));
        else if (response === undefined) reject(new TypeError(`${method.path} was answered without a message`));
        else resolve(response);
      },
    );
    const onAbort = (): void => call.cancel();
    options.signal?.addEventListener('abort', onAbort, { once: true });
    if (options.signal?.aborted === true) call.cancel();
  });
}

function toCallError(error: ServiceError, { fallback, unserved }: PluginCallOptions): ConnectError {
  return fromGrpcError(error, unserved !== undefined && isUnserved(error) ? unserved : fallback);
}

/** Opens `Watch`; the stream's 'error' carries a `ServiceError` for {@link fromGrpcError}. */
export function openWatch(
  client: Client,
  request: PluginMessages['WatchRequest'],
  options: PluginCallOptions,
): ClientReadableStream<PluginMessages['WatchEvent']> {
  const { path, requestSerialize, responseDeserialize } = pluginService.watch;
  return client.makeServerStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    request,
    options.metadata,
    options.call ?? {},
  );
}

/** Opens a task stream of bytes; its 'error' carries a `ServiceError` for {@link fromGrpcError}. */
export function openTaskStream(
  client: Client,
  method: TaskStreamMethod,
  options: PluginCallOptions,
): ClientDuplexStream<Buffer, Buffer> {
  return client.makeBidiStreamRequest(
    method.path,
    method.requestSerialize,
    method.responseDeserialize,
    options.metadata,
    options.call ?? {},
  );
}
