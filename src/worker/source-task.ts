/**
 * One run of a source task: demand → batches → converters → producer → acks → offsets.
 *
 * ```
 * plugin ── Batch ──▶ inbox (bounded by the demand) ──▶ SourceIntake ──▶ producer ──▶ broker
 *   ▲                                                                                   │ ack
 *   ├── Ack PRODUCED ◀───────────────────── SubmittedBatches ◀──────────────────────────┘
 *   └── Ack COMMITTED ◀── offset store ◀── OffsetFlush (I1, I2)
 * ```
 */
import type { Clock } from '../async/clock.ts';
import { createDeferred, type Deferred } from '../async/deferred.ts';
import type { ConnectorTaskId } from '../data/connector-task-id.ts';
import { ConnectError, toConnectError } from '../errors/connect-error.ts';
import type { RecordProducer } from '../kafka/record-producer.ts';
import type { Logger } from '../logging/logger.ts';
import type { PluginLease } from '../plugin-host/plugin-lease.ts';
import { SourceTaskClient } from '../plugin-host/source-task-client.ts';
import type { OffsetStore } from '../storage/offset-store.ts';
import type { BatchRange } from '../wire/data-messages.ts';
import type { Dropped, SourceUp } from '../wire/source-messages.ts';

import type { TopicTracker } from './active-topics.ts';
import type { RecordErrors } from './errors/record-errors.ts';
import { failedSourceWrite, isLossTolerable } from './errors/source-record.ts';
import { answerHostCall, toWireOffset, type HostServices } from './host-calls.ts';
import { OffsetFlush } from './offset-flush.ts';
import { SourceIntake } from './source-intake.ts';
import { SubmittedBatches, type UndeliveredRecords } from './submitted-batches.ts';
import {
  endByError,
  endOfAttempt,
  type AttemptEnd,
  type AttemptListener,
  type StopReason,
  type TaskAttempt,
} from './task-attempt.ts';
import type { SourceTransforms } from './source-transforms.ts';
import type { SourceConversion } from './task-converters.ts';
import { followPluginLog, type PluginLog } from './plugin-log.ts';
import type { TaskSettings } from './task-settings.ts';

/** What a source task needs. */
export interface SourceTaskOptions {
  readonly id: ConnectorTaskId;
  /** Rises at every start of the task. */
  readonly epoch: number;
  /** Task configuration, references resolved. */
  readonly config: ReadonlyMap<string, string>;
  readonly lease: (signal: AbortSignal) => Promise<PluginLease>;
  readonly producer: RecordProducer;
  readonly offsets: OffsetStore;
  readonly createTopic: HostServices['createTopic'];
  readonly conversion: SourceConversion;
  /** Null for records that are not transformed. */
  readonly transforms: SourceTransforms | null;
  readonly errors: RecordErrors;
  readonly tracker: TopicTracker;
  /** How much its plugin is to log. */
  readonly pluginLog: PluginLog;
  readonly settings: TaskSettings;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Batches that the plugin may have under way; enough to hide the round trip, few enough to bound memory. */
const tokensMax = 4;
const demand = { maxRecords: 20_000, maxBytes: 512 * 1024, maxWaitMs: 1000 } as const;

/** How long batches that had come before the end may take to be appended; what is left comes again in the next run. */
const lastBatchesMs = 1000;

/** Runs a source task once. */
export class SourceTask implements TaskAttempt {
  readonly #options: SourceTaskOptions;
  readonly #submitted: SubmittedBatches;
  readonly #intake: SourceIntake;
  readonly #flush: OffsetFlush;
  /** Aborted when nothing more is to be taken in. */
  readonly #ending = new AbortController();
  readonly #failure: Deferred<AttemptEnd> = createDeferred();
  readonly #inbox: SourceUp[] = [];
  #client: SourceTaskClient | null = null;
  #isPumping = false;
  #pumping: Promise<void> = Promise.resolve();
  #isStarted = false;
  #isPaused = false;
  #isLeavingBatches = false;
  #stop: { readonly reason: StopReason; readonly deadlineMs: number } | null = null;

  constructor(options: SourceTaskOptions) {
    const { id, producer, offsets, settings, clock, log } = options;
    this.#options = options;
    this.#submitted = new SubmittedBatches({
      produced: (seq, dropped) => this.#acknowledge('PRODUCED', seq, dropped),
      failed: failure => this.#isTolerated(failure),
    });
    const { conversion, transforms, errors, tracker } = options;
    this.#intake = new SourceIntake({ producer, submitted: this.#submitted, conversion, transforms, errors, tracker });
    this.#flush = new OffsetFlush({
      connector: id.connector,
      store: offsets,
      submitted: this.#submitted,
      intervalMs: settings.offsetFlushIntervalMs,
      timeoutMs: settings.offsetFlushTimeoutMs,
      clock,
      log,
      onCommitted: seq => this.#acknowledge('COMMITTED', seq),
    });
  }

  async run(listener: AttemptListener): Promise<AttemptEnd> {
    try {
      return await this.#run(listener);
    } catch (error) {
      return this.#stop === null ? endByError(error) : { kind: 'stopped' };
    } finally {
      this.#ending.abort(new ConnectError('SHUTTING_DOWN', 'The task has ended'));
      this.#flush.stop();
    }
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#startPump();
    this.#grant();
  }

  stop(reason: StopReason, deadlineMs: number): void {
    this.#stop ??= { reason, deadlineMs };
    this.#options.errors.stopRetries();
    if (this.#client === null) this.#ending.abort(new ConnectError('SHUTTING_DOWN', 'The task is being stopped'));
    else void this.#client.stop(reason, deadlineMs);
    this.#startPump();
  }

  async #run(listener: AttemptListener): Promise<AttemptEnd> {
    const { id, config, epoch, lease, offsets, settings, clock } = this.#options;
    // Read before there is a process, which a failure here would leave without an owner.
    const known = await offsets.get(id.connector);
    const process = await lease(this.#ending.signal);
    listener.launched(process.pid);
    const start = {
      connector: id.connector,
      task: id.task,
      epoch,
      config,
      offsets: known.map(toWireOffset),
      offsetsComplete: true,
      heartbeatMs: settings.heartbeatMs,
      deadAfterMs: settings.deadAfterMs,
    };
    const client = SourceTaskClient.open(process, start, clock);
    this.#client = client;
    client.onUp(message => this.#receive(message));
    const endLog = followPluginLog(this.#options.pluginLog, logLevel => client.send({ kind: 'logLevel', logLevel }));
    if (this.#stop !== null) void client.stop(this.#stop.reason, this.#stop.deadlineMs);
    // Why it did not start is the end of the client, awaited below.
    void client.started.then(
      () => this.#begin(listener),
      () => undefined,
    );
    const end = await Promise.race([client.ended.then(endOfAttempt), this.#failure.promise]);
    endLog();
    await this.#windUp();
    await client.ended;
    return end;
  }

  #begin(listener: AttemptListener): void {
    this.#isStarted = true;
    listener.started();
    this.#flush.start();
    this.#grant();
  }

  /** Grants as many batches as there is room for; none while paused, stopping or while the producer's buffer is full. */
  #grant(): void {
    const client = this.#client;
    if (client === null || !this.#isStarted || this.#isPaused || this.#stop !== null) return;
    if (this.#options.producer.isFull) return; // the pump grants again once there is space
    const tokens = tokensMax - client.tokens - this.#inbox.length;
    if (tokens > 0) client.send({ kind: 'demand', demand: { tokens, ...demand } });
  }

  #receive(message: SourceUp): void {
    switch (message.kind) {
      case 'batch':
      case 'declare':
      case 'stopped':
        this.#inbox.push(message);
        this.#startPump();
        return;
      case 'call':
        void answerHostCall(this.#options, message.call).then(reply => this.#client?.send({ kind: 'reply', reply }));
        return;
      case 'started':
      case 'heartbeat':
      case 'failure':
      case 'unknown':
        return;
    }
  }

  #startPump(): void {
    if (!this.#isPumping) this.#pumping = this.#pump();
  }

  /** The next message to take. None while paused: what the plugin still sends on its demand waits for the resume or the stop. */
  #nextMessage(): SourceUp | undefined {
    return this.#isPaused && this.#stop === null ? undefined : this.#inbox.shift();
  }

  /** Takes what came, in order, at the producer's pace. */
  async #pump(): Promise<void> {
    const { producer } = this.#options;
    const { signal } = this.#ending;
    this.#isPumping = true;
    try {
      for (let message = this.#nextMessage(); message !== undefined && !signal.aborted; message = this.#nextMessage()) {
        if (message.kind === 'declare') this.#intake.declare(message.declare);
        if (message.kind === 'stopped') await this.#settleAndFinish();
        if (message.kind === 'batch') {
          await this.#take(message.batch, signal);
          if (producer.isFull) await producer.waitForSpace(signal);
          this.#grant();
        }
      }
    } catch (error) {
      this.#fail(toConnectError(error));
    } finally {
      this.#isPumping = false;
    }
  }

  /** A batch that waits for another try when the stop comes is left for the next run, and all behind it. */
  async #take(batch: BatchRange, signal: AbortSignal): Promise<void> {
    if (this.#isLeavingBatches) return;
    try {
      await this.#intake.take(batch, signal);
    } catch (error) {
      if (this.#stop === null || toConnectError(error).code !== 'SHUTTING_DOWN') throw error;
      this.#isLeavingBatches = true;
    }
  }

  /** The plugin said `Stopped`: what it sent is brought home and acknowledged, then our side of the stream ends (rule 9). */
  async #settleAndFinish(): Promise<void> {
    await this.#settle();
    this.#client?.finish();
  }

  /** Waits for what is in flight, within `offset.flush.timeout.ms`, then writes the offsets. What failed is simply not written. */
  async #settle(): Promise<void> {
    const { producer, settings, clock } = this.#options;
    const waiting = new AbortController();
    const timeout = clock.sleep(settings.offsetFlushTimeoutMs, waiting.signal).catch(() => undefined);
    if (this.#submitted.hasInFlight) await Promise.race([producer.flush().catch(() => undefined), timeout]);
    waiting.abort();
    await this.#flush.flush();
  }

  /** After the end: batches that had come are taken in, unless the task failed on them, and the last offsets are written. */
  async #windUp(): Promise<void> {
    this.#flush.stop();
    const waiting = new AbortController();
    const timeout = this.#options.clock.sleep(lastBatchesMs, waiting.signal).catch(() => undefined);
    await Promise.race([this.#pumping, timeout]);
    waiting.abort();
    this.#ending.abort(new ConnectError('SHUTTING_DOWN', 'The task has ended'));
    await this.#settle();
  }

  #acknowledge(level: 'PRODUCED' | 'COMMITTED', upToSeq: number, dropped: readonly Dropped[] = []): void {
    this.#client?.send({ kind: 'ack', ack: { level, upToSeq, dropped } });
  }

  /** Records that Kafka refused for good, long after they were sent. */
  #isTolerated(failure: UndeliveredRecords): boolean {
    const { count, error } = failure;
    const { errors } = this.#options;
    const isTolerated = errors.isTolerant && isLossTolerable(error);
    if (isTolerated) errors.gaveUp(failedSourceWrite(failure), count);
    else this.#fail(error);
    return isTolerated;
  }

  #fail(error: ConnectError): void {
    if (this.#stop !== null || this.#ending.signal.aborted) {
      this.#options.log.warn({ err: error }, 'An error came up while the task was ending');
    }
    this.#ending.abort(error);
    this.#client?.fail(error);
    this.#failure.resolve(endByError(error));
  }
}
