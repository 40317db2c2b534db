/**
 * One sink task, from `start` to the end of its stream.
 *
 * ```
 * start ─▶ task.start ─▶ started ─▶ { assign ─▶ close, open ─▶ assigned
 *                                   | batch  ─▶ put         ─▶ result
 *                                   | flush  ─▶ flush       ─▶ durable }* ─ stop ─▶ task.stop ─▶ stopped ─▶ end
 * ```
 * Messages are queued and done one after the other in the order in which they came. While a batch is to be tried again (rule 5),
 * those behind it are turned back too, unread, until it has come again: batches are taken in sequence, whatever way the worker
 * redelivers them, so the order within a partition is kept and `Durable` never covers a gap (I5).
 */
import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { Clock } from '../async/clock.ts';
import { createDeferred, type Deferred } from '../async/deferred.ts';
import { assertNever } from '../errors/assert-never.ts';
import { ConnectError, messageOf } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import type { BatchRange } from '../wire/data-messages.ts';
import type { Assign, BatchResult, SinkDown, SinkStart, SinkUp } from '../wire/sink-messages.ts';
import { decodeSinkDown, encodeSinkUp } from '../wire/stream-codec.ts';
import { isAbort } from './abort.ts';
import type { ConnectorRegistry } from './connector-registry.ts';
import { RetriableError, toFailure } from './failure.ts';
import { ReceivedBatch } from './received-batch.ts';
import { chooseWishes, type SinkWishes } from './sink-wishes.ts';
import type { SinkTask, SinkTaskContext } from './sink-task.ts';
import { setLogLevel } from './task-log.ts';
import { heartbeatIntervalMs, TaskStream } from './task-stream.ts';

/** Runs sink tasks of one process. */
export interface SinkSessionOptions {
  readonly call: ServerDuplexStream<Buffer, Buffer>;
  readonly registry: ConnectorRegistry;
  readonly clock: Clock;
  readonly log: Logger;
}

type Upward = Exclude<SinkUp, { kind: 'unknown' }>;

/** Messages that wait for the task; the worker's window bounds the batches among them. */
type Queued = Extract<SinkDown, { kind: 'assign' | 'declare' | 'batch' | 'flush' }>;

/** See the module's comment. {@link run} resolves when the task is over; it never rejects. */
export class SinkSession {
  readonly #options: SinkSessionOptions;
  readonly #stream: TaskStream;
  readonly #stopping = new AbortController();
  readonly #started = createDeferred<SinkStart>();
  readonly #batch = new ReceivedBatch();
  readonly #queue: Queued[] = [];
  #wake: Deferred<void> = createDeferred();
  #log: Logger;
  #wishes: SinkWishes = chooseWishes({}, []);
  /** Batches up to this one were taken. */
  #takenSeq = 0;
  /** Batches up to this one are durable. */
  #durableSeq = 0;
  #lastFlushMs = 0;
  /** Last batch that came, taken or not. */
  #seenSeq = 0;
  /** When the batch that was turned back last may come again. */
  #retryAfterMs = 0;

  constructor(options: SinkSessionOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#stream = new TaskStream({ call: options.call, clock: options.clock, encode: encodeSinkUp });
    options.call.on('data', (message: Buffer) => this.#receive(message));
    options.call.on('end', () => this.#onWorkerEnded());
    this.#stream.closed.addEventListener('abort', () => this.#onWorkerEnded());
  }

  /** Runs the task to its end. */
  async run(): Promise<void> {
    try {
      await this.#runTask(await this.#started.promise);
      this.#stream.sendStopped();
      this.#stream.end();
    } catch (error) {
      if (!this.#stream.closed.aborted) {
        this.#log.error({ err: error }, `Sink task failed: ${messageOf(error)}`);
        this.#stream.fail(toFailure(error));
      }
    }
  }

  async #runTask(start: SinkStart): Promise<void> {
    this.#log = this.#options.log.child({ connector: start.connector, task: start.task });
    this.#stream.startHeartbeats(heartbeatIntervalMs(start.heartbeatMs));
    const task = this.#options.registry.createSinkTask(start.config);
    try {
      const options = await task.start(start.config, this.#createContext(start));
      this.#wishes = chooseWishes(options ?? {}, start.offers);
      this.#send({ kind: 'started', started: this.#wishes.started });
      this.#lastFlushMs = this.#options.clock.monotonicMs();
      for (;;) {
        const message = this.#queue.shift();
        if (message !== undefined) await this.#perform(task, message);
        else if (this.#stopping.signal.aborted) break;
        else await this.#awaitMessage();
        await this.#flushIfDue(task);
      }
      // What is durable now need not be delivered again.
      if (this.#takenSeq > this.#durableSeq) await this.#flush(task, { reason: 'commit', flushId: 0 });
    } catch (error) {
      if (!isAbort(error, this.#stopping.signal)) throw error;
    } finally {
      await task.stop?.();
    }
  }

  async #perform(task: SinkTask, message: Queued): Promise<void> {
    switch (message.kind) {
      case 'declare':
        return this.#batch.declare(message.declare);
      case 'assign':
        return this.#assign(task, message.assign);
      case 'batch':
        return this.#put(task, message.batch);
      case 'flush':
        return this.#flush(task, { reason: 'commit', flushId: message.flush.id });
      default:
        return assertNever(message);
    }
  }

  async #assign(task: SinkTask, assign: Assign): Promise<void> {
    if (assign.closed.length > 0) await task.close?.(assign.closed);
    const seek = (assign.opened.length > 0 ? await task.open?.(assign.opened) : undefined) ?? [];
    this.#send({ kind: 'assigned', assigned: { id: assign.id, seek } });
  }

  async #put(task: SinkTask, range: BatchRange): Promise<void> {
    const batch = this.#batch;
    batch.begin(range);
    const { seq, recordCount } = batch;
    if (!this.#isNext(seq)) return;
    try {
      const result = await task.put(batch);
      for (const { index, error } of result?.failed ?? []) batch.report(index, error);
      this.#takenSeq = seq;
      this.#sendResult({ seq, r: toResult(batch.errors, recordCount) });
    } catch (error) {
      if (!(error instanceof RetriableError)) throw error;
      const { message, retryAfterMs } = error;
      this.#log.warn({ err: error, seq }, `Batch is to be delivered again in ${retryAfterMs} ms: ${message}`);
      this.#retryAfterMs = retryAfterMs;
      this.#sendResult({ seq, r: { kind: 'retryAfterMs', retryAfterMs } });
    }
  }

  /** Whether the task has taken all batches before this one and not this one yet; else it is answered here. */
  #isNext(seq: number): boolean {
    const expected = this.#takenSeq + 1;
    if (seq > expected && expected > this.#seenSeq) {
      throw new ConnectError('PROTOCOL_VIOLATION', `The worker sent batch ${seq} where batch ${expected} has to come`);
    }
    this.#seenSeq = Math.max(this.#seenSeq, seq);
    if (seq === expected) return true;
    if (seq < expected) this.#sendResult({ seq, r: { kind: 'ok', ok: true } });
    else this.#sendResult({ seq, r: { kind: 'retryAfterMs', retryAfterMs: this.#retryAfterMs } });
    return false;
  }

  /** Without being asked: when the worker's window is half used, or the interval has passed. */
  async #flushIfDue(task: SinkTask): Promise<void> {
    const waiting = this.#takenSeq - this.#durableSeq;
    if (waiting === 0) return;
    const sinceMs = this.#options.clock.monotonicMs() - this.#lastFlushMs;
    if (waiting * 2 >= this.#wishes.started.maxBatches || sinceMs >= this.#wishes.flushIntervalMs) {
      await this.#flush(task, { reason: 'window', flushId: 0 });
    }
  }

  async #flush(
    task: SinkTask,
    flush: { readonly reason: 'commit' | 'window'; readonly flushId: number },
  ): Promise<void> {
    const upToSeq = this.#takenSeq;
    if (upToSeq > this.#durableSeq || flush.reason === 'commit') await task.flush?.(flush.reason);
    this.#durableSeq = upToSeq;
    this.#lastFlushMs = this.#options.clock.monotonicMs();
    this.#send({ kind: 'durable', durable: { upToSeq, offsets: [], flushId: flush.flushId } });
  }

  /** Resolves when there is a message, the task is to stop, or a flush is due. */
  async #awaitMessage(): Promise<void> {
    if (this.#takenSeq === this.#durableSeq) {
      await this.#wake.promise;
      return;
    }
    const elapsedMs = this.#options.clock.monotonicMs() - this.#lastFlushMs;
    const wake = this.#wake;
    const timer = this.#options.clock.after(this.#wishes.flushIntervalMs - elapsedMs, () => wake.resolve());
    await wake.promise;
    timer.cancel();
    if (this.#wake === wake) this.#wake = createDeferred();
  }

  #receive(bytes: Buffer): void {
    let message: SinkDown;
    try {
      message = decodeSinkDown(bytes);
    } catch (error) {
      this.#stream.refuse(error);
      this.#onWorkerEnded();
      return;
    }
    switch (message.kind) {
      case 'start':
        return this.#started.resolve(message.start);
      case 'assign':
      case 'declare':
      case 'flush':
      case 'batch':
        return this.#enqueue(message);
      case 'reply':
        return this.#stream.receiveReply(message.reply);
      case 'stop':
        return this.#stop();
      case 'logLevel':
        return setLogLevel([this.#options.log, this.#log], message.logLevel);
      case 'unknown':
        return;
      default:
        return assertNever(message);
    }
  }

  /** More than the window and some control messages is a worker that ignores it (I7). */
  #enqueue(message: Queued): void {
    if (this.#queue.length >= 2 * this.#wishes.started.maxBatches + 1000) {
      this.#stream.refuse(new ConnectError('FLOW_VIOLATION', 'The worker sent more batches than the window allows'));
      this.#queue.length = 0;
      this.#onWorkerEnded();
      return;
    }
    this.#queue.push(message);
    this.#wakeLoop();
  }

  #stop(): void {
    this.#stopping.abort();
    this.#wakeLoop();
  }

  /** The worker says no more. Once it is gone there is nobody to answer, so what waits is dropped: it comes again. */
  #onWorkerEnded(): void {
    this.#started.reject(new ConnectError('PROTOCOL_VIOLATION', 'The worker ended a task before its start'));
    if (this.#stream.closed.aborted) this.#queue.length = 0;
    this.#stop();
  }

  #wakeLoop(): void {
    this.#wake.resolve();
    this.#wake = createDeferred();
  }

  #sendResult(result: BatchResult): void {
    this.#send({ kind: 'result', result });
  }

  #send(message: Upward): void {
    this.#stream.send(encodeSinkUp(message));
  }

  #createContext(start: SinkStart): SinkTaskContext {
    const hint = { pause: [], resume: [], requestCommit: false };
    return {
      connector: start.connector,
      task: start.task,
      epoch: start.epoch,
      log: this.#log,
      signal: this.#stopping.signal,
      pause: partitions => this.#send({ kind: 'hint', hint: { ...hint, pause: withoutOffset(partitions) } }),
      resume: partitions => this.#send({ kind: 'hint', hint: { ...hint, resume: withoutOffset(partitions) } }),
      requestCommit: () => this.#send({ kind: 'hint', hint: { ...hint, requestCommit: true } }),
      report: status => this.#stream.report(status),
    };
  }
}

function toResult(errors: ReadonlyMap<number, unknown>, count: number): BatchResult['r'] {
  if (errors.size === 0) return { kind: 'ok', ok: true };
  const failed = [...errors].map(([index, error]) => ({ index, why: toFailure(error) }));
  return { kind: 'partial', partial: { count, failed } };
}

function withoutOffset(
  partitions: readonly { readonly topic: string; readonly partition: number }[],
): { topic: string; partition: number; offset: null }[] {
  return partitions.map(({ topic, partition }) => ({ topic, partition, offset: null }));
}
