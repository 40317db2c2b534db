import {
  Server,
  type ServerDuplexStream,
  type ServerInterceptor,
  type ServerUnaryCall,
  type ServerWritableStream,
  type handleUnaryCall,
} from '@grpc/grpc-js';
import type { Clock, Timer } from '../async/clock.ts';
import { messageOf } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import { pluginService, sinkTaskService, sourceTaskService } from '../wire/grpc-services.ts';
import type * as wire from '../wire/plugin-messages.ts';
import { addLazyReflection } from '../wire/lazy-reflection.ts';
import { protoFiles } from '../wire/proto-files.ts';
import { toGrpcFailure } from '../wire/status-codec.ts';
import { requireToken } from './bearer-token.ts';
import { ConnectorHost } from './connector-host.ts';
import type { ConnectorRegistry } from './connector-registry.ts';
import { toFailure } from './failure.ts';
import { answerHandshake } from './handshake.ts';
import { addPluginHealth } from './plugin-health.ts';
import { PluginLimits } from './plugin-limits.ts';
import { SinkSession } from './sink-session.ts';
import { SourceSession } from './source-session.ts';

/** What a plugin's server is made of. */
export interface PluginServerOptions {
  readonly name: string;
  readonly version: string;
  readonly maxTasks: number;
  readonly registry: ConnectorRegistry;
  /** Calls must carry this bearer token; undefined: none. */
  readonly token: string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** The worker asked the process to end. */
  readonly onShutdown: () => void;
}

/** Makes the gRPC server of a plugin: the plugin protocol, health and reflection. It is not bound to an address yet. */
export function createPluginServer(options: PluginServerOptions): Server {
  const limits = new PluginLimits();
  const interceptors: ServerInterceptor[] = options.token === undefined ? [] : [requireToken(options.token)];
  const server = new Server({
    interceptors,
    'grpc.max_receive_message_length': limits.receiveBytes,
    'grpc.max_send_message_length': -1,
  });
  const { registry, clock, log } = options;
  const host = new ConnectorHost({ registry, version: options.version, log });
  server.addService(pluginService, {
    handshake: unary((request: wire.HandshakeRequest) => answerHandshake(request, { ...options, limits })),
    describe: unary(() => host.describe()),
    validateConfig: unary((request: wire.ValidateConfigRequest) => host.validateConfig(request)),
    planTasks: unary((request: wire.PlanTasksRequest) => host.planTasks(request)),
    alterOffsets: unary((request: wire.AlterOffsetsRequest) => host.alterOffsets(request)),
    watch: (call: ServerWritableStream<wire.WatchRequest, wire.WatchEvent>) => watch(call, { host, clock, log }),
    shutdown: unary(() => {
      options.onShutdown();
      return {};
    }),
  });
  server.addService(sourceTaskService, {
    run: (call: ServerDuplexStream<Buffer, Buffer>) =>
      void new SourceSession({ call, registry, limits, clock, log }).run(),
  });
  server.addService(sinkTaskService, {
    run: (call: ServerDuplexStream<Buffer, Buffer>) => void new SinkSession({ call, registry, clock, log }).run(),
  });
  addPluginHealth(server);
  addLazyReflection(server, async () => [...protoFiles.plugin, (await import('grpc-health-check')).protoPath]);
  return server;
}

/** A unary handler from a plain function. */
function unary<Request, Response>(
  answer: (request: Request) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call: ServerUnaryCall<Request, Response>, callback) => {
    (async () => answer(call.request))().then(
      response => callback(null, response),
      (error: unknown) => callback(toGrpcFailure(error)),
    );
  };
}

/** Runs a connector for as long as the worker watches it. */
function watch(
  call: ServerWritableStream<wire.WatchRequest, wire.WatchEvent>,
  options: { readonly host: ConnectorHost; readonly clock: Clock; readonly log: Logger },
): void {
  const { host, clock, log } = options;
  let isOver = false;
  let timer: Timer | undefined;
  const end = (): void => {
    isOver = true;
    timer?.cancel();
    call.end();
  };
  const fail = (error: unknown): void => {
    if (isOver) return;
    log.error({ err: error, connector: call.request.connector }, `Connector failed: ${messageOf(error)}`);
    call.write({ event: { kind: 'failed', failed: toFailure(error) } });
    end();
  };
  const beat = (): void => {
    if (!call.writableNeedDrain) call.write({ event: { kind: 'alive', alive: {} } });
    const { heartbeatMs } = call.request;
    timer = clock.after(heartbeatMs === 0 ? 5000 : (heartbeatMs * 2) / 3, beat);
  };
  try {
    const watched = host.watch(call.request, {
      replanTasks: reason => {
        if (!isOver) call.write({ event: { kind: 'replanTasks', replanTasks: { reason } } });
      },
      failed: fail,
    });
    const stop = (): void => {
      end();
      watched.stop().catch((error: unknown) => log.error({ err: error }, 'Connector did not stop in good order'));
    };
    call.on('cancelled', stop);
    call.on('error', stop);
    watched.started.then(() => {
      if (isOver) return;
      call.write({ event: { kind: 'watching', watching: {} } });
      beat();
    }, fail);
  } catch (error) {
    call.emit('error', toGrpcFailure(error));
  }
}
