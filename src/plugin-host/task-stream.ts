import type { ClientDuplexStream, StatusObject } from '@grpc/grpc-js';
import type { Clock, Timer } from '../async/clock.ts';
import { createDeferred, type Deferred } from '../async/deferred.ts';
import { ConnectError } from '../errors/connect-error.ts';
import type { Failure } from '../wire/data-messages.ts';
import type { TaskStreamMethod } from '../wire/grpc-services.ts';
import { openTaskStream } from '../wire/plugin-calls.ts';
import type { PluginLease } from './plugin-lease.ts';
import { SilenceWatch } from './silence-watch.ts';
import { endOfStream } from './stream-end.ts';
import { failedByReport, failedByViolation, settleTaskEnd, type TaskEnd, type TaskOutcome } from './task-end.ts';
import { waitBriefly } from './wait-briefly.ts';

/** What a task client does with its stream. */
export interface TaskStreamOptions {
  readonly process: PluginLease;
  readonly method: TaskStreamMethod;
  readonly clock: Clock;
  /** Silence of this length is taken for death, ms. */
  readonly deadAfterMs: number;
  /** Reads one message; what it throws fails the task. */
  readonly onMessage: (bytes: Buffer) => void;
  /** Tells the plugin to stop. */
  readonly sendStop: (deadlineMs: number) => void;
}

/** How long the rest of a stream may take to arrive after the process ended, and the exit after the stream broke. */
const settleMs = 1000;

/**
 * The stream of one task, and the one place that decides how the task ended. The first outcome counts:
 *
 * | seen first                            | outcome                                                                     |
 * |---------------------------------------|-----------------------------------------------------------------------------|
 * | `Failure`                             | failed                                                                      |
 * | a message that breaks the protocol    | failed; the process is ended                                                |
 * | end of stream after `Stopped`         | stopped, clean                                                              |
 * | stop asked for, then any other end    | stopped, not clean                                                          |
 * | the process exits                     | died (after the rest of the stream was read: it may hold the `Failure`)     |
 * | silence                               | died with PLUGIN_SILENT; the process is killed                              |
 * | end of stream, process lives on       | failed by the stream's status                                               |
 *
 * `ended` resolves when the process is gone too, so that its successor never meets it. A process that others use lives on, and takes
 * no more tasks if the plugin did not end this one itself.
 */
export class TaskStream {
  readonly #options: TaskStreamOptions;
  readonly #call: ClientDuplexStream<Buffer, Buffer>;
  readonly #watch: SilenceWatch;
  readonly #ended = createDeferred<TaskEnd>();
  readonly #streamEnded = createDeferred<undefined>();
  /** Set while a write has found the stream full. */
  #full: Deferred<undefined> | undefined;
  #stopTimer: Timer | undefined;
  #isStreamOver = false;
  #isStopping = false;
  #isStopped = false;
  #outcome: TaskOutcome | undefined;

  constructor(options: TaskStreamOptions) {
    const { process: plugin, method, clock, deadAfterMs } = options;
    this.#options = options;
    this.#call = openTaskStream(plugin.channel.client, method, { metadata: plugin.channel.metadata() });
    this.#call.on('data', (bytes: Buffer) => this.#receive(bytes));
    this.#call.on('drain', () => this.#releaseWriters());
    // The status event, which always follows, says the same.
    this.#call.on('error', () => this.#markStreamOver());
    this.#call.on('status', (status: StatusObject) => void this.#onStatus(status));
    this.#watch = new SilenceWatch({ clock, deadAfterMs, onSilent: silentMs => this.#onSilent(silentMs) });
    void plugin.exited.then(() => this.#onExit());
  }

  /** Resolves with how the task ended, once it is through with its process; never rejects. */
  get ended(): Promise<TaskEnd> {
    return this.#ended.promise;
  }

  /** How the task ends, as soon as it is decided. */
  get outcome(): TaskOutcome | undefined {
    return this.#outcome;
  }

  /** Sends a message; without effect after the end. Never blocks: see {@link writable}. */
  write(bytes: Buffer): void {
    if (this.#outcome !== undefined || this.#isStreamOver || this.#call.writableEnded) return;
    if (!this.#call.write(bytes)) this.#full ??= createDeferred<undefined>();
  }

  /** Resolves when the stream takes more without holding it in memory, or the task has ended. */
  async writable(): Promise<void> {
    while (this.#full !== undefined) await this.#full.promise;
  }

  /** The plugin announced silence of at most `quietForMs`. */
  extendSilence(quietForMs: number): void {
    this.#watch.sign(quietForMs);
  }

  /** The plugin said `Stopped`. */
  markStopped(): void {
    this.#isStopped = true;
  }

  /** Ends the task as failed by `error`, unless it has an outcome. */
  fail(error: unknown): void {
    this.#end(failedByViolation(error));
  }

  /** The plugin reported a failure, and with it the end of the task. */
  endReported(failure: Failure): void {
    this.#end(failedByReport(failure), true);
  }

  /** @param isOver nothing of the task runs in the process any more, as far as the plugin says. */
  #end(outcome: TaskOutcome, isOver = this.#isStreamOver || this.#isStopped): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    this.#watch.stop();
    this.#stopTimer?.cancel();
    this.#call.cancel();
    this.#releaseWriters();
    void settleTaskEnd(this.#options.process, outcome, isOver).then(end => this.#ended.resolve(end));
  }

  /**
   * The first rungs of the stop ladder: `Stop` in the stream, its cancellation after `deadlineMs`. The process's own rungs
   * follow. A second call does not extend the first deadline.
   */
  async stop(deadlineMs: number): Promise<TaskEnd> {
    if (this.#outcome === undefined && !this.#isStopping) {
      this.#isStopping = true;
      this.#options.sendStop(deadlineMs);
      this.#stopTimer = this.#options.clock.after(deadlineMs, () =>
        this.#end({ kind: 'stopped', isClean: this.#isStopped }),
      );
    }
    return this.#ended.promise;
  }

  /** Closes the worker's side of the stream: nothing more will be sent. A plugin that said `Stopped` ends its own then. */
  finish(): void {
    if (this.#outcome === undefined && !this.#call.writableEnded) this.#call.end();
  }

  #releaseWriters(): void {
    this.#full?.resolve(undefined);
    this.#full = undefined;
  }

  #markStreamOver(): void {
    this.#isStreamOver = true;
    this.#releaseWriters();
    this.#streamEnded.resolve(undefined);
  }

  #receive(bytes: Buffer): void {
    if (this.#outcome !== undefined) return;
    this.#watch.sign();
    try {
      this.#options.onMessage(bytes);
    } catch (error) {
      this.fail(error);
    }
  }

  #onSilent(silentMs: number): void {
    const { process: plugin, deadAfterMs } = this.#options;
    const fate = plugin.pid === null ? 'was given up' : 'was killed';
    const message = `Plugin '${plugin.manifest.name}' gave no sign of life for ${silentMs} ms (limit ${deadAfterMs} ms) and ${fate}; a task that is busy for long must send heartbeats`;
    this.#end({ kind: 'died', error: new ConnectError('PLUGIN_SILENT', message) });
  }

  async #onStatus(status: StatusObject): Promise<void> {
    this.#markStreamOver();
    if (this.#outcome !== undefined) return;
    if (this.#isStopped || this.#isStopping) {
      this.#end({ kind: 'stopped', isClean: this.#isStopped });
      return;
    }
    // A process that dies breaks its stream first; the death is what counts.
    const { process: plugin, clock } = this.#options;
    await waitBriefly(clock, settleMs, plugin.exited);
    if (!plugin.hasExited) this.#end(endOfStream(plugin.manifest.name, status));
  }

  async #onExit(): Promise<void> {
    await waitBriefly(this.#options.clock, settleMs, this.#streamEnded.promise);
    if (this.#isStopping) this.#end({ kind: 'stopped', isClean: this.#isStopped });
    else this.#end({ kind: 'died', error: undefined });
  }
}
