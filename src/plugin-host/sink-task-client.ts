import type { Clock } from '../async/clock.ts';
import { createDeferred } from '../async/deferred.ts';
import { ConnectError } from '../errors/connect-error.ts';
import type { StopReason } from '../wire/data-messages.ts';
import { sinkTaskService } from '../wire/grpc-services.ts';
import type { SinkDownControl, SinkStart, SinkStarted, SinkUp } from '../wire/sink-messages.ts';
import { decodeSinkUp, encodeSinkDown } from '../wire/stream-codec.ts';
import type { PluginLease } from './plugin-lease.ts';
import { endedBeforeStart, type TaskEnd } from './task-end.ts';
import { TaskStream } from './task-stream.ts';

/** What the worker sends while a sink task runs, beside batches; `start` and `stop` are the client's. */
export type SinkTaskMessage = Exclude<SinkDownControl, { kind: 'start' | 'stop' }>;

/** One sink task in a plugin process. A process that the task has for itself ends with it. */
export class SinkTaskClient {
  /** Largest message that {@link sendBatch} takes, bytes: what the plugin's gRPC server takes, less some headroom (rule 8). */
  readonly batchBytesMax: number;
  readonly #stream: TaskStream;
  readonly #started = createDeferred<SinkStarted>();
  #handler: (message: SinkUp) => void = () => undefined;
  #stopReason: StopReason = 'STOP';
  #batchesSent = 0;

  /**
   * Opens the stream and sends `Start`. Set the handler with {@link onUp} before the next turn of the event loop.
   *
   * @param plugin for this task alone.
   */
  static open(plugin: PluginLease, start: SinkStart, clock: Clock): SinkTaskClient {
    return new SinkTaskClient(plugin, start, clock);
  }

  private constructor(plugin: PluginLease, start: SinkStart, clock: Clock) {
    this.batchBytesMax = plugin.sendBytesMax;
    this.#stream = new TaskStream({
      process: plugin,
      method: sinkTaskService.run,
      clock,
      deadAfterMs: start.deadAfterMs,
      onMessage: bytes => this.#receive(decodeSinkUp(bytes)),
      sendStop: deadlineMs => this.#write({ kind: 'stop', stop: { reason: this.#stopReason, deadlineMs } }),
    });
    this.#write({ kind: 'start', start });
    void this.ended.then(end => this.#started.reject(endedBeforeStart(end)));
  }

  /** What the sink takes, once it said `SinkStarted`; rejects with the reason when the task ends before. */
  get started(): Promise<SinkStarted> {
    return this.#started.promise;
  }

  /** How the task ended; its process is gone by then. Never rejects. */
  get ended(): Promise<TaskEnd> {
    return this.#stream.ended;
  }

  /** Hands every message to `handler`, in order. What the handler throws fails the task. */
  onUp(handler: (message: SinkUp) => void): void {
    this.#handler = handler;
  }

  /** Sends an assignment, a declaration, a flush, a reply or a log level; without effect once the task has ended. */
  send(message: SinkTaskMessage): void {
    this.#write(message);
  }

  /**
   * Sends a batch as `BatchWriter.finishSinkDown` made it. Await {@link writable} before the next one.
   *
   * @throws {ConnectError} MESSAGE_TOO_LARGE; nothing is sent then, and the task goes on.
   */
  sendBatch(bytes: Buffer): void {
    const refusal = this.refusalOf(bytes);
    if (refusal !== null) throw refusal;
    this.#batchesSent += 1;
    this.#stream.write(bytes);
  }

  /** Why {@link sendBatch} would not send this batch; null if it would. */
  refusalOf(bytes: Buffer): ConnectError | null {
    const limit = this.batchBytesMax;
    if (bytes.length <= limit) return null;
    const message = `A batch of ${bytes.length} bytes is larger than the ${limit} bytes that the plugin takes; raise the limit of its gRPC server, or send less at a time`;
    const details = { bytes: String(bytes.length), limit: String(limit) };
    return new ConnectError('MESSAGE_TOO_LARGE', message, { details });
  }

  /** Resolves when more can be sent without piling up in memory, or the task has ended. */
  writable(): Promise<void> {
    return this.#stream.writable();
  }

  /** Stops the task by the ladder: `Stop`, after `deadlineMs` cancellation, then the process's own rungs. Idempotent. */
  stop(reason: StopReason, deadlineMs: number): Promise<TaskEnd> {
    this.#stopReason = reason;
    return this.#stream.stop(deadlineMs);
  }

  /** Says that nothing more will be sent. */
  finish(): void {
    this.#stream.finish();
  }

  /** Fails the task from the worker's side, for what only the worker can see in its messages, and ends the process. */
  fail(error: Error): void {
    this.#stream.fail(error);
  }

  #receive(message: SinkUp): void {
    switch (message.kind) {
      case 'started':
        this.#started.resolve(message.started);
        break;
      case 'result':
        this.#checkSeq('BatchResult', message.result.seq);
        break;
      case 'durable':
        this.#checkSeq('Durable', message.durable.upToSeq);
        break;
      case 'heartbeat':
        this.#stream.extendSilence(message.heartbeat.quietForMs);
        break;
      case 'failure':
        this.#stream.endReported(message.failure);
        return;
      case 'stopped':
        this.#stream.markStopped();
        break;
      case 'assigned':
      case 'hint':
      case 'call':
      case 'unknown':
        break;
    }
    this.#handler(message);
  }

  /** A word on a batch that was never sent would commit what the sink has not seen (I5). */
  #checkSeq(what: string, seq: number): void {
    if (seq <= this.#batchesSent) return;
    const message = `The plugin sent ${what} for batch ${seq}, but only ${this.#batchesSent} were sent to it`;
    throw new ConnectError('PROTOCOL_VIOLATION', message);
  }

  #write(message: SinkDownControl): void {
    this.#stream.write(encodeSinkDown(message));
  }
}
