/**
 * Keeps one connector instance as its target says. The instance is the open `Watch` call of a plugin process:
 *
 * | target  | process | `Watch` | status  |
 * |---------|---------|---------|---------|
 * | STARTED | yes     | open    | RUNNING |
 * | PAUSED  | no      | –       | PAUSED  |
 * | STOPPED | no      | –       | STOPPED |
 *
 * A reported failure makes it FAILED; a death is replaced with backoff (D7). Its tasks run on in either case.
 *
 * @see `WorkerConnector` in Kafka Connect.
 */
import type { Clock } from '../async/clock.ts';
import { ConnectError, traceOf } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import { ConnectorClient } from '../plugin-host/connector-client.ts';
import type { PluginConnector } from '../plugin-host/plugin-catalog.ts';
import { decideRestart, type RestartPolicy } from '../plugin-host/restart-policy.ts';
import type { InstanceState, InstanceStatus, TargetState } from '../storage/states.ts';
import type { PluginLeases } from './plugin-leases.ts';
import { toProcessExit } from './process-exit.ts';
import { endByError, endOfAttempt, type AttemptEnd } from './task-attempt.ts';

/** What the owner of a connector instance hears. */
export interface ConnectorListener {
  onStatus(status: InstanceStatus): void;
  /** The plugin wants to plan its tasks anew. */
  onReplan(reason: string): void;
}

/** A configuration ready for use. */
export interface PreparedConfig {
  /** References to config providers resolved. */
  readonly config: ReadonlyMap<string, string>;
  /** Values that must not show in a log (I9). */
  readonly secrets: readonly string[];
}

/** What a connector instance needs. */
export interface ConnectorRunnerOptions {
  readonly name: string;
  readonly connector: PluginConnector;
  /** The configuration as it is to be used now; asked for at every start. */
  readonly prepare: () => Promise<PreparedConfig>;
  readonly leases: PluginLeases;
  readonly policy: RestartPolicy;
  readonly workerId: string;
  /** Deadline of calls to the plugin, ms. */
  readonly callTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly deadAfterMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly listener: ConnectorListener;
}

/** Runs one connector instance. */
export class ConnectorRunner {
  readonly #options: ConnectorRunnerOptions;
  #status: InstanceStatus;
  /** The running instance and the configuration that it was started with. */
  #running: { readonly client: ConnectorClient; readonly config: ReadonlyMap<string, string> } | null = null;
  /** The present run under target STARTED; aborted to end it. */
  #run: { readonly abort: AbortController; readonly ended: Promise<void> } | null = null;

  constructor(options: ConnectorRunnerOptions) {
    this.#options = options;
    this.#status = {
      state: 'UNASSIGNED',
      workerId: options.workerId,
      trace: '',
      version: options.connector.version,
      lastExit: null,
      restarts: 0,
      pid: null,
    };
  }

  /** The instance runs and can be asked for a plan. */
  get isRunning(): boolean {
    return this.#running !== null && this.#status.state === 'RUNNING';
  }

  /** Brings the instance to its target; settles when it is there, or FAILED, or being replaced. Idempotent. */
  async setTarget(target: TargetState): Promise<void> {
    if (target === 'STARTED') {
      if (this.#run === null) await this.#start();
      return;
    }
    await this.#end();
    this.#tell({ state: target, trace: '' });
  }

  /** Ends the instance for good. */
  async stop(): Promise<void> {
    await this.#end();
    this.#tell({ state: 'UNASSIGNED' });
  }

  /** Makes the instance FAILED for a fault that its owner found. */
  async fail(error: unknown): Promise<void> {
    await this.#end();
    this.#tell({ state: 'FAILED', trace: traceOf(error) });
  }

  /** Task configurations as the plugin plans them. @throws {ConnectError} as `ConnectorClient.planTasks`. */
  async planTasks(maxTasks: number): Promise<readonly ReadonlyMap<string, string>[]> {
    const { name, connector } = this.#options;
    if (this.#running === null) throw new ConnectError('CONNECTOR_FAILED', `Connector '${name}' is not running`);
    const { client, config } = this.#running;
    return client.planTasks({ className: connector.className, connector: name, config, maxTasks });
  }

  /** Starts a run; settles at its first outcome. */
  async #start(): Promise<void> {
    const abort = new AbortController();
    await new Promise<void>(settled => {
      const ended = this.#loop(abort.signal, settled).finally(settled);
      this.#run = { abort, ended };
    });
  }

  async #end(): Promise<void> {
    const run = this.#run;
    if (run === null) return;
    run.abort.abort(new ConnectError('SHUTTING_DOWN', 'The connector is being stopped'));
    await run.ended;
    this.#run = null;
  }

  /** One instance after the other, until one fails or the end is asked for. */
  async #loop(signal: AbortSignal, settled: () => void): Promise<void> {
    const { clock, log, policy } = this.#options;
    while (!signal.aborted) {
      const startedAtMs = clock.monotonicMs();
      const end = await this.#watch(signal, settled).catch((error: unknown) => endByError(error));
      this.#running = null;
      if (hasAborted(signal) || end.kind === 'stopped') return;
      const exit =
        end.kind === 'died' && end.exit !== null ? toProcessExit(end.exit, clock.nowMs()) : this.#status.lastExit;
      const history = { attempts: this.#status.restarts, ranForMs: clock.monotonicMs() - startedAtMs };
      const decision = decideRestart(policy, end, history);
      const common = { trace: traceOf(end.error), lastExit: exit, pid: null };
      if (decision.kind === 'give-up') {
        log.error({ err: end.error }, 'Connector failed and stays so until it is restarted');
        this.#tell({ state: 'FAILED', ...common });
        return;
      }
      log.warn({ err: end.error, delayMs: decision.delayMs }, 'Connector will be started again');
      this.#tell({ state: 'RESTARTING', ...common, restarts: decision.attempts });
      settled();
      await clock.sleep(decision.delayMs, signal).catch(() => undefined); // the end of the wait is seen by the loop
    }
  }

  async #watch(signal: AbortSignal, settled: () => void): Promise<AttemptEnd> {
    const { name, connector, prepare, leases, clock, callTimeoutMs, heartbeatMs, deadAfterMs, listener } =
      this.#options;
    const { config, secrets } = await prepare();
    const owner = { connector: name, task: null };
    const process = await leases.lease({ owner, connector, config, secrets, signal });
    const client = new ConnectorClient(process, { clock, callTimeoutMs });
    const request = { className: connector.className, connector: name, config, heartbeatMs };
    const watch = client.watch(request, deadAfterMs, { replanTasks: reason => listener.onReplan(reason) });
    const stop = (): void => void watch.stop();
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    const started = (): void => {
      const isReplacement = this.#status.state === 'RESTARTING';
      this.#running = { client, config };
      this.#tell({ state: 'RUNNING', trace: '', pid: process.pid });
      settled();
      if (isReplacement) listener.onReplan('the connector was started again');
    };
    // Why it did not start is the end of the watch, awaited below.
    void watch.started.then(started, () => undefined);
    const end = await watch.ended;
    signal.removeEventListener('abort', stop);
    return endOfAttempt(end);
  }

  #tell(change: Partial<InstanceStatus> & { readonly state: InstanceState }): void {
    this.#status = { ...this.#status, pid: null, ...change };
    this.#options.listener.onStatus(this.#status);
  }
}

/** The signal may abort during any wait, which the type checker does not see. */
function hasAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
