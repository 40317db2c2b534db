/**
 * Keeps one task as its target says, through failures and deaths of its plugin process (D7).
 *
 * ```
 *            setPaused(true) before the first launch
 *   start ─▶ waiting ─▶ attempt ─▶ stopped                  asked for: UNASSIGNED, the end
 *              ▲          │  ├──▶ died ──▶ restart policy ─▶ RESTARTING, backoff, next attempt
 *              │          │  └──▶ failed ─▶ restart policy ─▶ RESTARTING, or FAILED, the end
 *              └──────────┴── no rebalance in any of these; FAILED stays until restarted through the API
 * ```
 */
import type { Clock } from '../async/clock.ts';
import { createDeferred, type Deferred } from '../async/deferred.ts';
import { ConnectError, messageOf, traceOf } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import { decideRestart, type RestartPolicy } from '../plugin-host/restart-policy.ts';
import type { InstanceState, InstanceStatus } from '../storage/states.ts';
import { toProcessExit } from './process-exit.ts';
import {
  endByError,
  type AttemptEnd,
  type AttemptListener,
  type StopReason,
  type TaskAttempt,
  type UnwantedEnd,
} from './task-attempt.ts';

/** What a runner needs of its surroundings. */
export interface TaskRunnerOptions {
  /** Prepares the next attempt; a rejection ends it as one. */
  readonly makeAttempt: () => Promise<TaskAttempt>;
  /** Lets go of what the attempts shared, once there will be no more: the end, or FAILED. */
  readonly release: () => Promise<void>;
  readonly policy: RestartPolicy;
  readonly workerId: string;
  readonly pluginVersion: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told of every change. */
  readonly onStatus: (status: InstanceStatus) => void;
}

/** Runs one task. */
export class TaskRunner implements AttemptListener {
  readonly #options: TaskRunnerOptions;
  readonly #stopped = new AbortController();
  #paused: boolean;
  #resumed: Deferred<undefined> | null = null;
  #attempt: TaskAttempt | null = null;
  #stop: { readonly reason: StopReason; readonly deadlineMs: number } | null = null;
  #status: InstanceStatus;
  #startedAtMs: number | null = null;
  #running: Promise<void> | null = null;

  constructor(options: TaskRunnerOptions, paused: boolean) {
    this.#options = options;
    this.#paused = paused;
    this.#status = {
      state: 'UNASSIGNED',
      workerId: options.workerId,
      trace: '',
      version: options.pluginVersion,
      lastExit: null,
      restarts: 0,
      pid: null,
    };
  }

  /** Last status told. */
  get status(): InstanceStatus {
    return this.#status;
  }

  /** Begins; returns at once. Called once. */
  start(): void {
    this.#tell({ state: 'UNASSIGNED' });
    this.#running = this.#run();
  }

  /** Lets records flow or not; the process stays. Before the first launch, a paused task launches nothing. */
  setPaused(paused: boolean): void {
    if (this.#paused === paused) return;
    this.#paused = paused;
    if (paused) {
      this.#attempt?.pause();
      if (this.#status.state === 'RUNNING') this.#tell({ state: 'PAUSED' });
      return;
    }
    this.#attempt?.resume();
    if (this.#status.state === 'PAUSED' && this.#attempt !== null) this.#tell({ state: 'RUNNING' });
    this.#resumed?.resolve(undefined);
  }

  /**
   * Ends the task. Resolves when nothing of it runs any more, at the latest `deadlineMs` and the kill rungs later. A second stop does
   * not extend the deadline of the first.
   */
  async stop(reason: StopReason, deadlineMs: number): Promise<void> {
    if (this.#stop === null) {
      this.#stop = { reason, deadlineMs };
      this.#stopped.abort(new ConnectError('SHUTTING_DOWN', 'The task is being stopped'));
      this.#resumed?.resolve(undefined);
      this.#attempt?.stop(reason, deadlineMs);
    }
    await this.#running;
  }

  /** From the attempt: its process runs. */
  launched(pid: number | null): void {
    this.#status = { ...this.#status, pid };
  }

  /** From the attempt: the plugin answered `Started`. */
  started(): void {
    this.#startedAtMs = this.#options.clock.monotonicMs();
    if (this.#stop === null) this.#tell({ state: this.#paused ? 'PAUSED' : 'RUNNING', trace: '' });
  }

  /** The end was asked for; it may be during any wait. */
  #isEnding(): boolean {
    return this.#stop !== null;
  }

  async #run(): Promise<void> {
    try {
      await this.#loop();
      await this.#options.release();
    } catch (error) {
      this.#options.log.error({ err: error }, 'Task ended by a fault of the worker');
      this.#tell({ state: 'FAILED', trace: traceOf(error), pid: null });
    }
    // A failed task stays FAILED until it is restarted; stopping it then tells that nobody has it any more.
    if (this.#stop === null) await aborted(this.#stopped.signal);
    this.#tell({ state: 'UNASSIGNED', pid: null });
  }

  /** One attempt after the other, until one ends for good. */
  async #loop(): Promise<void> {
    while (!this.#isEnding()) {
      if (this.#paused) {
        this.#tell({ state: 'PAUSED' });
        this.#resumed = createDeferred<undefined>();
        await this.#resumed.promise;
        continue;
      }
      const end = await this.#runAttempt();
      if (this.#isEnding()) return;
      const delayMs = this.#delayOfNextAttempt(end.kind === 'stopped' ? endByError(endedUnasked()) : end);
      if (delayMs === null) return;
      await this.#options.clock.sleep(delayMs, this.#stopped.signal).catch(() => undefined); // a stop ends the wait
    }
  }

  async #runAttempt(): Promise<AttemptEnd> {
    this.#startedAtMs = null;
    try {
      const attempt = await this.#options.makeAttempt();
      this.#attempt = attempt;
      if (this.#isEnding()) return { kind: 'stopped' };
      if (this.#paused) attempt.pause();
      return await attempt.run(this);
    } catch (error) {
      return endByError(error);
    } finally {
      this.#attempt = null;
    }
  }

  /** Milliseconds until the next attempt, or null after telling FAILED. */
  #delayOfNextAttempt(end: UnwantedEnd): number | null {
    const { clock, log, policy } = this.#options;
    const exit = end.kind === 'died' && end.exit !== null ? toProcessExit(end.exit, clock.nowMs()) : null;
    const lastExit = exit ?? this.#status.lastExit;
    const ranForMs = this.#startedAtMs === null ? 0 : clock.monotonicMs() - this.#startedAtMs;
    const decision = decideRestart(policy, end, { attempts: this.#status.restarts, ranForMs });
    if (decision.kind === 'give-up') {
      const error = end.kind === 'died' ? exhausted(end.error, this.#status.restarts) : end.error;
      log.error({ err: error }, 'Task failed and stays so until it is restarted');
      this.#tell({ state: 'FAILED', trace: traceOf(error), lastExit, pid: null });
      return null;
    }
    log.warn({ cause: messageOf(end.error), delayMs: decision.delayMs }, 'Task will be started again');
    this.#tell({ state: 'RESTARTING', trace: traceOf(end.error), lastExit, restarts: decision.attempts, pid: null });
    return decision.delayMs;
  }

  #tell(change: Partial<InstanceStatus> & { readonly state: InstanceState }): void {
    this.#status = { ...this.#status, ...change };
    this.#options.onStatus(this.#status);
  }
}

function endedUnasked(): ConnectError {
  return new ConnectError('PROTOCOL_VIOLATION', 'The plugin ended the task although nobody had asked it to');
}

function exhausted(cause: ConnectError, restarts: number): ConnectError {
  if (restarts === 0) return cause;
  return new ConnectError(
    'PLUGIN_RESTARTS_EXHAUSTED',
    `The plugin process died again after ${restarts} restarts in a row (plugin.restart.max.attempts): ${cause.message}`,
    { cause },
  );
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
