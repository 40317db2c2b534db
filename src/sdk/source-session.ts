/**
 * One source task, from `start` to the end of its stream.
 *
 * ```
 * start ─▶ task.start ─▶ started ─▶ { demand ─▶ poll ─▶ batch }* ─ stop ─▶ task.stop ─▶ stopped ─▶ acks ─▶ end
 * ```
 * The loop is the only caller of `start`, `poll` and `stop`; messages of the worker only leave notes for it.
 */
import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { Clock } from '../async/clock.ts';
import { createDeferred, type Deferred } from '../async/deferred.ts';
import { assertNever } from '../errors/assert-never.ts';
import { messageOf } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import type { Ack, Demand, SourceDown, SourceStart } from '../wire/source-messages.ts';
import { decodeSourceDown, encodeSourceUp } from '../wire/stream-codec.ts';
import type { ConnectorRegistry } from './connector-registry.ts';
import { Declarations } from './declarations.ts';
import { ConnectorError, toFailure } from './failure.ts';
import { canonicalJson, encodeJsonObject, type JsonObject, parseJsonObject } from './json-object.ts';
import type { PluginLimits } from './plugin-limits.ts';
import { SourceBatchBuilder } from './source-batch-builder.ts';
import type { PollBudget, SourceTask, SourceTaskContext } from './source-task.ts';
import { isAbort } from './abort.ts';
import { setLogLevel } from './task-log.ts';
import { heartbeatIntervalMs, TaskStream } from './task-stream.ts';

/** Runs source tasks of one process. */
export interface SourceSessionOptions {
  readonly call: ServerDuplexStream<Buffer, Buffer>;
  readonly registry: ConnectorRegistry;
  readonly limits: PluginLimits;
  readonly clock: Clock;
  readonly log: Logger;
}

/** See the module's comment. {@link run} resolves when the task is over; it never rejects. */
export class SourceSession {
  readonly #options: SourceSessionOptions;
  readonly #stream: TaskStream;
  readonly #declarations = new Declarations();
  readonly #batch = new SourceBatchBuilder(this.#declarations);
  readonly #stopping = new AbortController();
  readonly #started = createDeferred<SourceStart>();
  readonly #workerEnded: Deferred<void> = createDeferred();
  #log: Logger;
  #task: SourceTask | undefined;
  #tokens = 0;
  #budget: PollBudget = { maxRecords: 0, maxBytes: 0, maxWaitMs: 0 };
  #wake: Deferred<void> = createDeferred();
  #stopDeadlineMs = 0;
  #commits: Promise<void> = Promise.resolve();
  #committedSeq = 0;
  #committed: Deferred<void> = createDeferred();
  /** Records of each batch that is sent and not committed yet; the worker's demand bounds it. */
  readonly #uncommitted: { readonly seq: number; readonly recordCount: number }[] = [];
  #committedRecords = 0;

  constructor(options: SourceSessionOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#stream = new TaskStream({ call: options.call, clock: options.clock, encode: encodeSourceUp });
    options.call.on('data', (message: Buffer) => this.#receive(message));
    options.call.on('end', () => this.#onWorkerEnded());
    this.#stream.closed.addEventListener('abort', () => this.#onWorkerEnded());
  }

  /** Runs the task to its end. */
  async run(): Promise<void> {
    try {
      const start = await this.#started.promise;
      await this.#runTask(start);
      this.#stream.sendStopped();
      await this.#awaitLastCommit();
      this.#stream.end();
    } catch (error) {
      if (!this.#stream.closed.aborted) {
        this.#log.error({ err: error }, `Source task failed: ${messageOf(error)}`);
        this.#stream.fail(toFailure(error));
      }
    }
  }

  async #runTask(start: SourceStart): Promise<void> {
    this.#log = this.#options.log.child({ connector: start.connector, task: start.task });
    this.#stream.startHeartbeats(heartbeatIntervalMs(start.heartbeatMs));
    const task = this.#options.registry.createSourceTask(start.config);
    this.#task = task;
    try {
      await task.start(start.config, this.#createContext(start));
      this.#stream.send(encodeSourceUp({ kind: 'started', started: {} }));
      while (await this.#awaitToken()) {
        this.#batch.begin(this.#budget, this.#options.limits.maxRecordBytes);
        await this.#poll(task);
        await this.#sendBatches();
      }
    } finally {
      await task.stop?.();
    }
  }

  async #poll(task: SourceTask): Promise<void> {
    try {
      await task.poll(this.#batch, this.#budget, this.#stopping.signal);
    } catch (error) {
      // A wait that ended because the task is to stop is no failure.
      if (!isAbort(error, this.#stopping.signal)) throw error;
    }
  }

  /** Waits until a batch may be sent. @returns false when the task is to stop. */
  async #awaitToken(): Promise<boolean> {
    while (this.#tokens === 0 && !this.#stopping.signal.aborted) await this.#wake.promise;
    return !this.#stopping.signal.aborted;
  }

  /** Sends what a poll gave, each batch for one token. What has no token when the task stops is not sent: it comes again. */
  async #sendBatches(): Promise<void> {
    for (const { seq, recordCount, message } of this.#batch.finish()) {
      if (this.#tokens === 0 && !(await this.#awaitToken())) return;
      this.#tokens -= 1;
      const declare = this.#declarations.takeNew();
      if (declare !== undefined) this.#stream.send(encodeSourceUp({ kind: 'declare', declare }));
      this.#uncommitted.push({ seq, recordCount });
      await this.#stream.sendWhenDrained(message);
    }
  }

  /** Rule 9. Only a task that listens to commits waits for the last one. */
  async #awaitLastCommit(): Promise<void> {
    const lastSeq = this.#uncommitted.at(-1)?.seq ?? 0;
    if (this.#task?.commit !== undefined && lastSeq > this.#committedSeq) {
      const deadline = this.#options.clock.after(this.#stopDeadlineMs, () => this.#workerEnded.resolve());
      while (lastSeq > this.#committedSeq) {
        const hasEnded = await Promise.race([
          this.#workerEnded.promise.then(() => true),
          this.#committed.promise.then(() => false),
        ]);
        if (hasEnded) break;
      }
      deadline.cancel();
    }
    await this.#commits;
  }

  #receive(bytes: Buffer): void {
    let message: SourceDown;
    try {
      message = decodeSourceDown(bytes);
    } catch (error) {
      this.#stream.refuse(error);
      this.#onWorkerEnded();
      return;
    }
    switch (message.kind) {
      case 'start':
        return this.#started.resolve(message.start);
      case 'demand':
        return this.#onDemand(message.demand);
      case 'ack':
        return this.#onAck(message.ack);
      case 'reply':
        return this.#stream.receiveReply(message.reply);
      case 'stop':
        this.#stopDeadlineMs = message.stop.deadlineMs;
        return this.#stop();
      case 'logLevel':
        return setLogLevel([this.#options.log, this.#log], message.logLevel);
      case 'unknown':
        return;
      default:
        return assertNever(message);
    }
  }

  #onDemand(demand: Demand): void {
    this.#tokens += demand.tokens;
    this.#budget = {
      maxRecords: demand.maxRecords === 0 ? Number.MAX_SAFE_INTEGER : demand.maxRecords,
      maxBytes: demand.maxBytes === 0 ? Number.MAX_SAFE_INTEGER : demand.maxBytes,
      maxWaitMs: demand.maxWaitMs,
    };
    this.#wakeLoop();
  }

  #onAck(ack: Ack): void {
    if (ack.dropped.length > 0) this.#tellDropped(ack.dropped);
    if (ack.level !== 'COMMITTED') return;
    this.#committedSeq = Math.max(this.#committedSeq, ack.upToSeq);
    let first = this.#uncommitted[0];
    while (first !== undefined && first.seq <= ack.upToSeq) {
      this.#committedRecords += first.recordCount;
      this.#uncommitted.shift();
      first = this.#uncommitted[0];
    }
    const committed = { upToSeq: ack.upToSeq, recordCount: this.#committedRecords };
    this.#commits = this.#commits
      .then(() => this.#task?.commit?.(committed))
      // As in Kafka Connect, a failed commit of the outside system is told and does not stop the task.
      .catch((error: unknown) => this.#log.error({ err: error }, 'Commit of the source task failed'));
    this.#committed.resolve();
    this.#committed = createDeferred();
  }

  /** In line with commits, so that a task hears of drops before the commit that covers them. */
  #tellDropped(dropped: Ack['dropped']): void {
    const records = dropped.map(({ seq, index, count, why }) => ({
      seq,
      indexes: index,
      count,
      error: why === null ? null : { code: why.code, message: why.message },
    }));
    this.#commits = this.#commits
      .then(() => this.#task?.dropped?.(records))
      .catch((error: unknown) => this.#log.error({ err: error }, 'The source task failed to take dropped records'));
  }

  #stop(): void {
    this.#stopping.abort();
    this.#wakeLoop();
  }

  /** The worker says no more: it half-closed, cancelled, or is gone. */
  #onWorkerEnded(): void {
    this.#workerEnded.resolve();
    this.#started.reject(
      new ConnectorError({ category: 'BUG', code: 'NO_START' }, 'The worker ended a task before its start'),
    );
    this.#stop();
  }

  #wakeLoop(): void {
    this.#wake.resolve();
    this.#wake = createDeferred();
  }

  #createContext(start: SourceStart): SourceTaskContext {
    const known = new Map(
      start.offsets.map(({ partitionJson, offsetJson }) => [
        canonicalJson(parseJsonObject(partitionJson)),
        parseJsonObject(offsetJson),
      ]),
    );
    return {
      connector: start.connector,
      task: start.task,
      log: this.#log,
      signal: this.#stopping.signal,
      maxRecordBytes: this.#options.limits.maxRecordBytes,
      readOffset: async partition => {
        const offset = known.get(canonicalJson(partition));
        if (offset !== undefined || start.offsetsComplete) return offset ?? undefined;
        return this.#askForOffset(partition);
      },
      createTopic: async ({ name, partitions = 0, replicationFactor = 0 }) => {
        const createTopic = { topic: name, partitions, replicationFactor, configs: new Map<string, string>() };
        await this.#stream.ask({ kind: 'createTopic', createTopic });
      },
      topicId: name => this.#declarations.topicId(name),
      schemaId: schema => this.#declarations.schemaId(schema),
      useSchemas: schemas => this.#batch.useSchemas(schemas),
      report: status => this.#stream.report(status),
    };
  }

  async #askForOffset(partition: JsonObject): Promise<JsonObject | undefined> {
    const readOffsets = { partitionsJson: [encodeJsonObject(partition)] };
    const reply = await this.#stream.ask({ kind: 'readOffsets', readOffsets });
    const found = reply?.offsets.offsets.find(
      ({ partitionJson }) => canonicalJson(parseJsonObject(partitionJson)) === canonicalJson(partition),
    );
    return found === undefined ? undefined : (parseJsonObject(found.offsetJson) ?? undefined);
  }
}
