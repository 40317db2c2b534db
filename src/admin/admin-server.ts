import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { Clock } from '../async/clock.ts';
import type { Herder } from '../herder/herder.ts';
import type { Logger } from '../logging/logger.ts';
import { internalHerderService } from '../wire/internal-messages.ts';
import { addLazyReflection } from '../wire/lazy-reflection.ts';
import { AdminCalls } from './admin-calls.ts';
import { loadAdminPackage } from './admin-package.ts';
import { CallGate } from './call-gate.ts';
import { createClusterService } from './cluster-service.ts';
import { createConnectorsService } from './connectors-service.ts';
import { createForwardService, type ForwardServiceOptions } from './forward-service.ts';
import { HealthReporter } from './health-reporter.ts';
import { listen } from './listen.ts';
import { createOffsetsService } from './offsets-service.ts';
import { createPluginsService } from './plugins-service.ts';

/** What an {@link AdminServer} needs. */
export interface AdminServerOptions {
  readonly herder: Herder;
  readonly clock: Clock;
  readonly log: Logger;
  /** Where to listen, as in `grpc.listeners`: see {@link listen}. */
  readonly addresses: readonly string[];
  /** Serves what other workers hand on; not given where there are none. */
  readonly internal?: ForwardServiceOptions;
  /** How long {@link AdminServer.drain} and {@link AdminServer.close} wait for running calls, ms; 5000 if not given. */
  readonly drainTimeoutMs?: number;
}

/** Most calls at a time on one connection (I7). */
const callsMax = 256;

/** Largest message taken, bytes: the task configurations of a large connector. */
const receiveBytesMax = 32 * 1024 * 1024;

/**
 * The gRPC admin API of a worker, with reflection and health: a translation of the herder's port (D10). Who may call is decided in two
 * places, both here: by the credentials that it listens with, and by the gate that every call passes.
 */
export class AdminServer {
  readonly #server = new Server({
    'grpc.max_concurrent_streams': callsMax,
    'grpc.max_receive_message_length': receiveBytesMax,
  });
  readonly #options: AdminServerOptions;
  readonly #credentials = ServerCredentials.createInsecure();
  readonly #gate: CallGate;
  readonly #health: HealthReporter;
  #closed: Promise<void> | null = null;

  constructor(options: AdminServerOptions) {
    this.#options = options;
    const { herder, clock, log } = options;
    this.#gate = new CallGate({ herder, clock });
    const calls = new AdminCalls({ gate: this.#gate, herder, clock, log });
    const api = loadAdminPackage();
    this.#server.addService(api.connectors, createConnectorsService(herder, calls));
    this.#server.addService(api.offsets, createOffsetsService(herder, calls));
    this.#server.addService(api.plugins, createPluginsService(herder, calls));
    this.#server.addService(api.cluster, createClusterService(herder, calls));
    if (options.internal !== undefined) {
      this.#server.addService(internalHerderService, createForwardService(options.internal, calls));
    }
    this.#health = new HealthReporter({ services: api.serviceNames, herder });
    this.#health.addToServer(this.#server);
    addLazyReflection(this.#server, async () => api.reflectionFiles);
  }

  /**
   * Listens on all addresses.
   *
   * @returns the addresses bound, with real ports.
   * @throws {ConnectError} LISTENER_UNAVAILABLE, and then listens on none.
   */
  async start(): Promise<readonly string[]> {
    const bound: string[] = [];
    try {
      for (const address of this.#options.addresses)
        bound.push(...(await listen({ server: this.#server, credentials: this.#credentials }, address)));
    } catch (error) {
      this.#server.forceShutdown();
      throw error;
    }
    this.#options.log.info({ addresses: bound }, 'gRPC admin API listens');
    return bound;
  }

  /**
   * Refuses new calls, tells those who watch, and lets running calls end, as long as the drain timeout lets them. The server stays up:
   * health and who asks are told that the worker stops. Idempotent.
   */
  async drain(): Promise<void> {
    this.#health.stop();
    await this.#gate.drain(this.#drainTimeoutMs);
  }

  /** Drains, and cuts what is left after the drain timeout. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  get #drainTimeoutMs(): number {
    return this.#options.drainTimeoutMs ?? 5000;
  }

  async #close(): Promise<void> {
    const { clock, log } = this.#options;
    const drainTimeoutMs = this.#drainTimeoutMs;
    void this.drain();
    const force = clock.after(drainTimeoutMs, () => {
      log.info({ drainTimeoutMs }, 'gRPC admin API cuts calls that did not end in time');
      this.#server.forceShutdown();
    });
    await new Promise<void>(resolve => this.#server.tryShutdown(() => resolve()));
    force.cancel();
  }
}
