/**
 * What becomes of records that cannot go on, as Kafka Connect's error handling has it (KIP-298, KIP-610):
 *
 * ```
 *              error may pass, and                      tolerance all ──▶ skipped
 *   failed ──▶ errors.retry.timeout not over ──▶ again │
 *         └──▶ else: reported to log and dead letter queue, whatever the tolerance
 *                                                       tolerance none ──▶ the task fails
 * ```
 *
 * Reports go out while records flow on. Whoever passes a record on that may count as done waits for {@link RecordErrors.settled}
 * before, so that no offset passes a record that is not durable in its dead letter queue (I5). Decisions against Kafka Connect's
 * letter stand in docs/decisions/0050-error-handling.md.
 *
 * @see `RetryWithToleranceOperator` in Kafka Connect.
 */
import { abortable } from '../../async/abortable.ts';
import type { Clock } from '../../async/clock.ts';
import { withTimeLimit } from '../../async/time-limit.ts';
import type { ConnectorTaskId } from '../../data/connector-task-id.ts';
import { ConnectError, messageOf, toConnectError } from '../../errors/connect-error.ts';
import type { Completion } from '../../kafka/record-producer.ts';
import type { Logger } from '../../logging/logger.ts';
import type { DeadLetterQueue } from './dead-letter-queue.ts';
import type { ErrorSettings } from './error-settings.ts';
import type { ConsumedRecord, FailedRecord } from './failed-record.ts';
import { LogReporter } from './log-reporter.ts';
import { retryDelayMs } from './retry-delay.ts';
import type { TaskErrorMetrics } from './task-error-metrics.ts';

/** What the error handling of one run of a task needs. */
export interface RecordErrorsOptions {
  readonly id: ConnectorTaskId;
  readonly settings: ErrorSettings;
  readonly metrics: TaskErrorMetrics;
  /** How long a task that fails may still wait for its reports, ms. */
  readonly lastReportsMs: number;
  /** Null without dead letter queue. */
  readonly queue: DeadLetterQueue | null;
  readonly clock: Clock;
  readonly log: Logger;
  /** Returns a number in [0, 1); `Math.random` if not given. */
  readonly random?: () => number;
}

/** The operation that is tried again. */
interface Attempts {
  readonly place: string;
  readonly stage: string;
  readonly startedMs: number;
  count: number;
}

/** Error handling of one run of one task. */
export class RecordErrors {
  readonly metrics: TaskErrorMetrics;
  readonly #options: RecordErrorsOptions;
  readonly #logReporter: LogReporter | null;
  readonly #completion: Completion;
  readonly #stopping = new AbortController();
  #attempts: Attempts | null = null;
  /** Reports that are not durable yet. */
  #pending = 0;
  #failure: ConnectError | null = null;

  constructor(options: RecordErrorsOptions) {
    const { id, settings, log } = options;
    this.#options = options;
    this.metrics = options.metrics;
    this.#logReporter = settings.isLogged ? new LogReporter({ id, showsRecords: settings.isRecordLogged, log }) : null;
    this.#completion = {
      acked: count => (this.#pending -= count),
      failed: (count, error) => this.#reportFailed(count, error),
    };
  }

  /** `errors.tolerance` is `all`. */
  get isTolerant(): boolean {
    return this.#options.settings.isTolerant;
  }

  /** Failed records are looked at, so what is needed to tell of them has to be kept. */
  get hasReporters(): boolean {
    return this.#logReporter !== null || this.#options.queue !== null;
  }

  /** For how long a sink may ask for a batch again, ms: without end, as in Kafka Connect, unless `errors.retry.timeout` is set. */
  get redeliveryLimitMs(): number {
    const { retryTimeoutMs } = this.#options.settings;
    return retryTimeoutMs > 0 ? retryTimeoutMs : Infinity;
  }

  /** Every report is durable. */
  get isSettled(): boolean {
    return this.#pending === 0 && this.#failure === null;
  }

  /** So many reports are under way that {@link settled} has to come before the next (I7). */
  get isFull(): boolean {
    return this.#options.queue?.isFull === true;
  }

  /** Gets the dead letter queue ready. @throws {ConnectError} as {@link DeadLetterQueue.open}. */
  async open(signal: AbortSignal): Promise<void> {
    await this.#options.queue?.open(signal);
  }

  /**
   * Decides about an operation that failed.
   *
   * @returns milliseconds after which the operation is to be tried again; null to skip the record, which is reported then.
   * @throws {ConnectError} under the code of the error, when it is not tolerated; the record is reported all the same.
   */
  failed(failed: FailedRecord): number | null {
    this.metrics.recordFailures.add();
    if (failed.error.isRetriable) {
      const delayMs = this.#delayOfRetry(failed);
      if (delayMs !== null) return delayMs;
    }
    this.#attempts = null;
    this.#markError();
    this.metrics.recordErrors.add();
    this.#report(failed);
    if (!this.isTolerant) throw notTolerated(failed);
    this.metrics.recordsSkipped.add();
    return null;
  }

  /**
   * Takes records that somebody else has tried long enough: a sink plugin, or the producer.
   *
   * @param count how many they are, where they have one report together.
   * @throws {ConnectError} under the code of the error, when it is not tolerated; it is reported all the same.
   */
  gaveUp(failed: FailedRecord, count = 1): void {
    this.metrics.recordFailures.add(count);
    this.#markError();
    this.#report(failed);
    if (this.isTolerant) return;
    this.metrics.recordErrors.add();
    throw notTolerated(failed);
  }

  /** Waits the time that {@link failed} gave. Rejects with the signal's reason, and with SHUTTING_DOWN after {@link stopRetries}. */
  async awaitRetry(delayMs: number, signal: AbortSignal): Promise<void> {
    await this.#options.clock.sleep(delayMs, AbortSignal.any([signal, this.#stopping.signal]));
    this.metrics.retries.add();
  }

  /** The task is to stop: nothing waits for another try any more. What was to be tried again comes again in the next run. */
  stopRetries(): void {
    this.#stopping.abort(new ConnectError('SHUTTING_DOWN', 'The task is being stopped'));
  }

  /**
   * Resolves when every report is durable.
   *
   * @throws {ConnectError} when one cannot be; the signal's reason.
   */
  async settled(signal: AbortSignal): Promise<void> {
    const { queue } = this.#options;
    if (this.#pending > 0 && queue !== null) {
      await abortable(queue.flush(), signal, () => toConnectError(signal.reason));
    }
    if (this.#failure !== null) throw this.#failure;
  }

  /** As {@link settled}, for a task that fails: what cannot be written soon is left, and comes again when the record does. */
  async settledOrLate(): Promise<void> {
    const { clock, lastReportsMs, log } = this.#options;
    const onTimeout = (): Error => new Error(`Not written within ${lastReportsMs} ms`);
    try {
      await withTimeLimit(clock, { timeoutMs: lastReportsMs, onTimeout }, signal => this.settled(signal));
    } catch (error) {
      log.warn({ cause: messageOf(error) }, 'The record that fails the task could not be reported');
    }
  }

  #delayOfRetry({ place, operation: { stage } }: FailedRecord): number | null {
    const { settings, clock, random } = this.#options;
    const nowMs = clock.monotonicMs();
    const known = this.#attempts;
    const isSame = known?.place === place && known.stage === stage;
    const attempts = isSame ? known : { place, stage, startedMs: nowMs, count: 0 };
    attempts.count += 1;
    this.#attempts = attempts;
    const deadlineMs = settings.retryTimeoutMs < 0 ? Infinity : attempts.startedMs + settings.retryTimeoutMs;
    if (nowMs >= deadlineMs) return null;
    const delayMs = retryDelayMs(attempts.count, settings.retryDelayMaxMs, random);
    return Math.min(delayMs, deadlineMs - nowMs);
  }

  #markError(): void {
    this.metrics.lastErrorMs = this.#options.clock.nowMs();
  }

  #report(failed: FailedRecord): void {
    if (this.#logReporter !== null) {
      this.#logReporter.report(failed);
      this.metrics.errorsLogged.add();
    }
    if (failed.consumed !== null) this.#enqueue(failed, failed.consumed);
  }

  #enqueue(failed: FailedRecord, consumed: ConsumedRecord): void {
    const { queue } = this.#options;
    if (queue === null) return;
    this.metrics.deadLetterQueueRequests.add();
    try {
      this.#pending += 1;
      queue.append(failed, consumed, this.#completion);
    } catch (error) {
      this.#reportFailed(1, toConnectError(error));
    }
  }

  #reportFailed(count: number, error: ConnectError): void {
    this.#pending -= count;
    this.metrics.deadLetterQueueFailures.add(count);
    const topic = this.#options.settings.deadLetterQueue?.topic ?? '';
    const message = `Could not produce message to dead letter queue. topic=${topic}: ${error.message}`;
    this.#failure ??= new ConnectError(error.code, message, { cause: error, details: { topic } });
  }
}

function notTolerated({ operation, error, place }: FailedRecord): ConnectError {
  const { stage, className } = operation;
  const message = `Tolerance exceeded in error handler: the ${place} failed at stage ${stage} in ${className}: ${error.message}`;
  return new ConnectError(error.code, message, { cause: error, details: { stage } });
}
