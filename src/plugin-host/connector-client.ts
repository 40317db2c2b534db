import type { MethodDefinition } from '@grpc/grpc-js';
import type { Clock } from '../async/clock.ts';
import { ConnectError, toConnectError } from '../errors/connect-error.ts';
import { pluginService } from '../wire/grpc-services.ts';
import { callUnary } from '../wire/plugin-calls.ts';
import type {
  AlterOffsetsRequest,
  AlterOffsetsResponse,
  ConfigValueReport,
  ConnectorDescription,
  PlanTasksRequest,
  WatchRequest,
} from '../wire/plugin-messages.ts';
import { ConnectorWatch, type WatchHandlers } from './connector-watch.ts';
import type { PluginLease } from './plugin-lease.ts';
import { exitedError } from './plugin-process.ts';
import { reportedError } from './task-end.ts';
import { waitBriefly } from './wait-briefly.ts';

/** How long a process whose connection broke may take to be seen as ended. */
const settleMs = 1000;

/** Code of the failure by which a connector says that its offsets are not to be modified at all. */
const unsupportedCode = 'UNSUPPORTED';

/** Asks a plugin process about its connectors. Every call has a deadline, and ends at once when the process does. */
export class ConnectorClient {
  readonly #process: PluginLease;
  readonly #clock: Clock;
  readonly #callTimeoutMs: number;

  /** @param options `callTimeoutMs`: deadline of each call. */
  constructor(plugin: PluginLease, options: { readonly clock: Clock; readonly callTimeoutMs: number }) {
    this.#process = plugin;
    this.#clock = options.clock;
    this.#callTimeoutMs = options.callTimeoutMs;
  }

  /**
   * Every connector of the plugin with its config definition.
   *
   * @throws {ConnectError} PLUGIN_CALL_FAILED, PLUGIN_EXITED, DEADLINE_EXCEEDED; so do all calls below.
   */
  async describeAll(): Promise<readonly ConnectorDescription[]> {
    return (await this.#call('Describe', pluginService.describe, {})).connectors;
  }

  /** One connector. @throws {ConnectError} PLUGIN_CALL_FAILED too if the plugin does not know the class. */
  async describe(className: string): Promise<ConnectorDescription> {
    const connectors = await this.describeAll();
    const found = connectors.find(connector => connector.className === className);
    if (found !== undefined) return found;
    const known = connectors.map(connector => connector.className).join(', ') || 'none';
    throw this.#failed('Describe', `its plugin.json names '${className}', but it describes ${known}`);
  }

  /** What the plugin has to say about each key. A value that is wrong is in the reports, not an error. */
  async validateConfig(className: string, config: ReadonlyMap<string, string>): Promise<readonly ConfigValueReport[]> {
    return (await this.#call('ValidateConfig', pluginService.validateConfig, { className, config })).values;
  }

  /**
   * Task configurations, at most `maxTasks`.
   *
   * @throws {ConnectError} CONNECTOR_FAILED if the plugin can make no plan; PROTOCOL_VIOLATION if it makes too many.
   */
  async planTasks(request: PlanTasksRequest): Promise<readonly ReadonlyMap<string, string>[]> {
    const { tasks, failure } = await this.#call('PlanTasks', pluginService.planTasks, request);
    if (failure !== null) {
      const message = `Connector '${request.connector}' could not plan its tasks: ${failure.message}`;
      throw reportedError('CONNECTOR_FAILED', failure, message);
    }
    if (tasks.length <= request.maxTasks) return tasks.map(task => task.config);
    const message = `Connector '${request.connector}' planned ${tasks.length} tasks, but 'tasks.max' is ${request.maxTasks}`;
    throw new ConnectError('PROTOCOL_VIOLATION', message);
  }

  /**
   * Tells the connector that its offsets are about to be altered (KIP-875). A plugin without this call has nothing to say.
   *
   * @throws {ConnectError} OFFSETS_REFUSED if it refuses.
   */
  async alterOffsets(request: AlterOffsetsRequest): Promise<AlterOffsetsResponse> {
    const response = await this.#call('AlterOffsets', pluginService.alterOffsets, request).catch((error: unknown) => {
      if (error instanceof ConnectError && error.details['grpcStatus'] === 'UNIMPLEMENTED') {
        return { handled: false, failure: null };
      }
      throw error;
    });
    if (response.failure === null) return response;
    const { connector } = request;
    const message =
      response.failure.code === unsupportedCode
        ? `Failed to modify offsets for connector ${connector} because it doesn't support external modification of offsets`
        : `Connector '${connector}' refused to alter its offsets: ${response.failure.message}`;
    throw reportedError('OFFSETS_REFUSED', response.failure, message);
  }

  /**
   * Starts the connector instance; see {@link ConnectorWatch}.
   *
   * @param deadAfterMs silence of this length is taken for death.
   */
  watch(request: WatchRequest, deadAfterMs: number, handlers: WatchHandlers): ConnectorWatch {
    return new ConnectorWatch({ process: this.#process, clock: this.#clock, request, deadAfterMs, handlers });
  }

  async #call<Request, Response>(
    name: string,
    method: MethodDefinition<Request, Response>,
    request: Request,
  ): Promise<Response> {
    const { channel } = this.#process;
    const deadline = this.#clock.nowMs() + this.#callTimeoutMs;
    const ending = new AbortController();
    void this.#process.exited.then(() => ending.abort());
    try {
      const options = { metadata: channel.metadata(), call: { deadline }, signal: ending.signal };
      return await callUnary(channel.client, method, request, options);
    } catch (error) {
      throw await this.#classify(name, toConnectError(error));
    }
  }

  /** An error that the plugin sent with a code of Millrace's stays what it is. */
  async #classify(name: string, error: ConnectError): Promise<ConnectError> {
    const status = error.details['grpcStatus'];
    if (status === 'UNAVAILABLE') await waitBriefly(this.#clock, settleMs, this.#process.exited);
    if (this.#process.hasExited) {
      return exitedError(this.#process.manifest, await this.#process.exited, `failed in ${name}: it`);
    }
    if (error.code === 'PLUGIN_CALL_FAILED') return this.#failed(name, error.message, error);
    if (error.code !== 'DEADLINE_EXCEEDED' || error.cause === undefined) return error;
    const message = `Plugin '${this.#process.manifest.name}' did not answer ${name} within ${this.#callTimeoutMs} ms`;
    return new ConnectError('DEADLINE_EXCEEDED', message, { cause: error });
  }

  #failed(name: string, text: string, cause?: ConnectError): ConnectError {
    const plugin = this.#process.manifest.name;
    return new ConnectError('PLUGIN_CALL_FAILED', `Plugin '${plugin}' failed in ${name}: ${text}`, {
      cause,
      details: { plugin, ...cause?.details },
    });
  }
}
