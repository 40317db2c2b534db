import type { Clock } from '../async/clock.ts';
import { createDeferred } from '../async/deferred.ts';
import { BatchReader } from '../wire/batch-reader.ts';
import type { StopReason } from '../wire/data-messages.ts';
import { sourceTaskService } from '../wire/grpc-services.ts';
import type { SourceDown, SourceStart, SourceUp } from '../wire/source-messages.ts';
import { decodeSourceUp, encodeSourceDown } from '../wire/stream-codec.ts';
import { FlowLedger } from './flow-ledger.ts';
import type { PluginLease } from './plugin-lease.ts';
import { endedBeforeStart, type TaskEnd } from './task-end.ts';
import { TaskStream } from './task-stream.ts';

/** What the worker sends while a source task runs; `start` and `stop` are the client's. */
export type SourceTaskMessage = Exclude<SourceDown, { kind: 'start' | 'stop' | 'unknown' }>;

/** One source task in a plugin process. A process that the task has for itself ends with it. */
export class SourceTaskClient {
  /** On the batch that is being handed to the handler of {@link onUp}, before its first record. */
  readonly batch = new BatchReader();
  readonly #stream: TaskStream;
  readonly #ledger = new FlowLedger();
  readonly #started = createDeferred<undefined>();
  #handler: (message: SourceUp) => void = () => undefined;
  #stopReason: StopReason = 'STOP';

  /**
   * Opens the stream and sends `Start`. Set the handler with {@link onUp} before the next turn of the event loop.
   *
   * @param plugin for this task alone.
   */
  static open(plugin: PluginLease, start: SourceStart, clock: Clock): SourceTaskClient {
    return new SourceTaskClient(plugin, start, clock);
  }

  private constructor(plugin: PluginLease, start: SourceStart, clock: Clock) {
    this.#stream = new TaskStream({
      process: plugin,
      method: sourceTaskService.run,
      clock,
      deadAfterMs: start.deadAfterMs,
      onMessage: bytes => this.#receive(decodeSourceUp(bytes)),
      sendStop: deadlineMs => this.#write({ kind: 'stop', stop: { reason: this.#stopReason, deadlineMs } }),
    });
    this.#write({ kind: 'start', start });
    void this.ended.then(end => this.#started.reject(endedBeforeStart(end)));
  }

  /** Resolves when the plugin said `Started`; rejects with the reason when the task ends before. */
  get started(): Promise<void> {
    return this.#started.promise;
  }

  /** How the task ended; its process is gone by then. Never rejects. */
  get ended(): Promise<TaskEnd> {
    return this.#stream.ended;
  }

  /** Batches that were granted and have not come. */
  get tokens(): number {
    return this.#ledger.tokens;
  }

  /**
   * Hands every message to `handler`, in order, batches after their demand, sequence and size were checked. What the handler
   * throws fails the task. Batches are not held back: the demand granted is the bound.
   */
  onUp(handler: (message: SourceUp) => void): void {
    this.#handler = handler;
  }

  /** Sends demand, an acknowledgement, a reply or a log level; without effect once the task has ended. */
  send(message: SourceTaskMessage): void {
    if (message.kind === 'demand') this.#ledger.grant(message.demand);
    this.#write(message);
  }

  /** Resolves when more can be sent without piling up in memory, or the task has ended. */
  writable(): Promise<void> {
    return this.#stream.writable();
  }

  /**
   * Stops the task by the ladder: `Stop`, after `deadlineMs` cancellation, then the process's own rungs. Batches and
   * acknowledgements still flow until the plugin ends the stream; call {@link finish} once there is nothing left to
   * acknowledge after its `Stopped` (rule 9). Idempotent.
   */
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

  #receive(message: SourceUp): void {
    switch (message.kind) {
      case 'started':
        this.#started.resolve(undefined);
        break;
      case 'batch':
        this.#checkBatch(message.batch);
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
      case 'declare':
      case 'call':
      case 'unknown':
        break;
    }
    this.#handler(message);
  }

  #checkBatch({ buffer, start, end }: { readonly buffer: Buffer; readonly start: number; readonly end: number }): void {
    this.batch.reset(buffer, start, end);
    this.#ledger.take({ seq: this.batch.seq, recordCount: this.batch.recordCount, byteLength: end - start });
  }

  #write(message: Exclude<SourceDown, { kind: 'unknown' }>): void {
    this.#stream.write(encodeSourceDown(message));
  }
}
