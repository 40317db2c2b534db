import { messageOf } from '../errors/connect-error.ts';
import type { ConfigMap } from '../config/parsed-config.ts';
import type { Logger } from '../logging/logger.ts';
import type * as wire from '../wire/plugin-messages.ts';
import { canonicalJson, parseJsonObject } from './json-object.ts';
import type { AlteredSourceOffset, Connector, ConnectorContext, SinkConnector, SourceConnector } from './connector.ts';
import type { ConnectorRegistry } from './connector-registry.ts';
import { withTaskClass } from './connector-registry.ts';
import { describeKeys, describeResults } from './config-description.ts';
import { toFailure } from './failure.ts';

/** A connector that is being watched. */
export interface WatchedConnector {
  /** Resolves once the connector has started. Rejects with its error. */
  readonly started: Promise<void>;
  /** Stops the connector. Idempotent. */
  stop(): Promise<void>;
}

/** What a watched connector says. */
export interface WatchHandlers {
  replanTasks(reason: string): void;
  failed(error: unknown): void;
}

interface Running {
  readonly connector: SourceConnector | SinkConnector;
  readonly config: string;
  readonly started: Promise<void>;
}

/** Answers what the worker asks of connectors. */
export class ConnectorHost {
  readonly #registry: ConnectorRegistry;
  readonly #version: string;
  readonly #log: Logger;
  /** Watched connectors by class and name: these answer `taskConfigs` themselves. */
  readonly #running = new Map<string, Running>();

  constructor(options: { readonly registry: ConnectorRegistry; readonly version: string; readonly log: Logger }) {
    this.#registry = options.registry;
    this.#version = options.version;
    this.#log = options.log;
  }

  describe(): wire.DescribeResponse {
    const connectors = this.#registry.all.map(registration => {
      const connector = registration.create();
      const exactlyOnce = registration.type === 'source' ? registration.create().exactlyOnceSupport?.() : undefined;
      return {
        className: registration.className,
        type: registration.type === 'source' ? ('SOURCE' as const) : ('SINK' as const),
        version: this.#version,
        keys: describeKeys(connector.config()),
        exactlyOnce: exactlyOnce ?? ('EXACTLY_ONCE_UNSPECIFIED' as const),
      };
    });
    return { connectors };
  }

  async validateConfig(request: wire.ValidateConfigRequest): Promise<wire.ValidateConfigResponse> {
    const connector: Connector = this.#registry.find(request.className).create();
    const def = connector.config();
    const found = def.validate(request.config);
    const results = (await connector.validate?.(request.config, found)) ?? found;
    return { values: describeResults(def, results, request.config) };
  }

  async planTasks(request: wire.PlanTasksRequest): Promise<wire.PlanTasksResponse> {
    const registration = this.#registry.find(request.className);
    try {
      const configs = await this.#withConnector(request, connector => connector.taskConfigs(request.maxTasks));
      if (configs.length > request.maxTasks) {
        throw new RangeError(`taskConfigs(${request.maxTasks}) returned ${configs.length} configurations`);
      }
      return { tasks: configs.map(config => ({ config: withTaskClass(registration, config) })), failure: null };
    } catch (error) {
      return { tasks: [], failure: this.#report(error, `Tasks of '${request.connector}' could not be planned`) };
    }
  }

  async alterOffsets(request: wire.AlterOffsetsRequest): Promise<wire.AlterOffsetsResponse> {
    const registration = this.#registry.find(request.className);
    try {
      const handled =
        registration.type === 'source'
          ? await registration.create().alterOffsets?.(request.config, request.sourceOffsets.map(toAltered))
          : await registration.create().alterOffsets?.(request.config, request.sinkOffsets);
      return { handled: handled ?? false, failure: null };
    } catch (error) {
      return { handled: false, failure: this.#report(error, `Offsets of '${request.connector}' were not altered`) };
    }
  }

  /** Starts a connector and keeps it until it is stopped. @throws {ConnectError} CONNECTOR_CLASS_UNKNOWN. */
  watch(request: wire.WatchRequest, handlers: WatchHandlers): WatchedConnector {
    const connector = this.#registry.find(request.className).create();
    const stopping = new AbortController();
    const context = this.#createContext(request.connector, stopping.signal, handlers);
    const started = (async () => connector.start?.(request.config, context))();
    const key = runningKey(request);
    const running = { connector, config: configKey(request.config), started };
    this.#running.set(key, running);
    let stopped: Promise<void> | undefined;
    const stop = async (): Promise<void> => {
      stopping.abort();
      if (this.#running.get(key) === running) this.#running.delete(key);
      // A start that fails has been reported; stop is called after it all the same, as in Kafka Connect.
      await started.catch(() => undefined);
      await connector.stop?.();
    };
    return { started, stop: () => (stopped ??= stop()) };
  }

  /** Uses the watched instance where it has the same configuration; else one for this call alone. */
  async #withConnector<T>(
    request: { readonly className: string; readonly connector: string; readonly config: ConfigMap },
    use: (connector: Connector) => T | Promise<T>,
  ): Promise<T> {
    const running = this.#running.get(runningKey(request));
    if (running?.config === configKey(request.config)) {
      await running.started;
      return use(running.connector);
    }
    const connector: Connector = this.#registry.find(request.className).create();
    const stopping = new AbortController();
    try {
      const ignore = {
        replanTasks: () => undefined,
        failed: (error: unknown) => this.#report(error, 'Connector failed'),
      };
      await connector.start?.(request.config, this.#createContext(request.connector, stopping.signal, ignore));
      return await use(connector);
    } finally {
      stopping.abort();
      await connector.stop?.();
    }
  }

  #createContext(connector: string, signal: AbortSignal, handlers: WatchHandlers): ConnectorContext {
    return {
      connector,
      log: this.#log.child({ connector }),
      signal,
      requestTaskReconfiguration: (reason = '') => handlers.replanTasks(reason),
      raiseError: error => handlers.failed(error),
    };
  }

  #report(error: unknown, what: string): ReturnType<typeof toFailure> {
    this.#log.error({ err: error }, `${what}: ${messageOf(error)}`);
    return toFailure(error);
  }
}

function toAltered(offset: wire.AlterOffsetsRequest['sourceOffsets'][number]): AlteredSourceOffset {
  return {
    partition: parseJsonObject(offset.partitionJson),
    offset: offset.tombstone ? null : parseJsonObject(offset.offsetJson),
  };
}

function runningKey(request: { readonly className: string; readonly connector: string }): string {
  return JSON.stringify([request.className, request.connector]);
}

function configKey(config: ConfigMap): string {
  return canonicalJson(Object.fromEntries(config));
}
