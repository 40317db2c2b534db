/**
 * What a sink plugin says of the batches that it was sent.
 *
 * | result | then |
 * |---|---|
 * | `ok` | taken |
 * | `retry_after_ms` | sent again after that time; the task fails when that goes on for longer than `errors.retry.timeout`, where one is set |
 * | `partial` | taken; the failed records go to the error handling, and the batch is not durable before their reports are (I5) |
 */
import type { Clock, Timer } from '../async/clock.ts';
import { ConnectError, toConnectError } from '../errors/connect-error.ts';
import type { Failure } from '../wire/data-messages.ts';
import type { BatchResult, Durable, Partial, RecordError } from '../wire/sink-messages.ts';
import { failedConsumedRecord, findConsumed } from './errors/consumed-record.ts';
import type { RecordErrors } from './errors/record-errors.ts';
import { taskPut } from './errors/stage.ts';
import type { Delivery, DurableClaim, SinkDeliveries } from './sink-deliveries.ts';

/** What taking answers needs. */
export interface SinkAnswersOptions {
  readonly deliveries: SinkDeliveries;
  readonly errors: RecordErrors;
  readonly clock: Clock;
  /** Topics that the plugin's records of a topic may have come from. */
  readonly originsOf: (topic: string) => readonly string[];
  readonly resend: (delivery: Delivery) => void;
  /** More is durable; with the flush that this answers, 0 for none. */
  readonly onDurable: (flushId: number) => void;
  /** There may be room in the window. */
  readonly onProgress: () => void;
  readonly fail: (error: ConnectError) => void;
}

/** Takes the answers of one stream. */
export class SinkAnswers {
  readonly #options: SinkAnswersOptions;
  /** Aborted when nothing is waited for any more. */
  readonly #over = new AbortController();
  #retryTimer: Timer | null = null;

  constructor(options: SinkAnswersOptions) {
    this.#options = options;
  }

  /** Nothing is sent again from now on. */
  stopRedelivery(): void {
    this.#retryTimer?.cancel();
  }

  /** The task is over: reports under way are not waited for. */
  close(): void {
    this.stopRedelivery();
    this.#over.abort(new ConnectError('SHUTTING_DOWN', 'The task has ended'));
  }

  /** @throws {ConnectError} PROTOCOL_VIOLATION; TASK_FAILED after too long a time of redelivery. */
  result({ seq, r }: BatchResult): void {
    const { deliveries, onProgress } = this.#options;
    switch (r?.kind) {
      case 'ok':
        deliveries.taken(seq);
        break;
      case 'retryAfterMs':
        this.#retryLater(seq, r.retryAfterMs);
        break;
      case 'partial':
        this.#takePartial(deliveries.sent(seq), r.partial);
        break;
      case undefined:
        throw new ConnectError('PROTOCOL_VIOLATION', `The result of batch ${seq} says neither ok, retry nor partial`);
    }
    onProgress();
  }

  /** @throws {ConnectError} PROTOCOL_VIOLATION */
  durable({ upToSeq, offsets, flushId }: Durable): void {
    const { deliveries, originsOf } = this.#options;
    const lower = offsets.flatMap(({ topic, partition, offset }) => {
      if (offset === null) return [];
      // Transforms may have named the topic; of several that it may be, none is committed further than that.
      const origins = originsOf(topic);
      return origins.map(origin => ({ topic: origin, partition, offset, isAmbiguous: origins.length > 1 }));
    });
    const claim = { upToSeq, lower, flushId };
    if (deliveries.durable(claim)) this.#onDurable([claim]);
  }

  /** The batch counts as durable only once all reports under way are (I5). Returns at once. */
  holdUntilReported(seq: number): void {
    const { deliveries, errors, fail } = this.#options;
    deliveries.hold(seq);
    errors
      .settled(this.#over.signal)
      .then(() => this.#onDurable(deliveries.release(seq)))
      .catch((error: unknown) => {
        if (!this.#over.signal.aborted) fail(toConnectError(error));
      });
  }

  #onDurable(claims: readonly DurableClaim[]): void {
    const { onDurable, onProgress } = this.#options;
    for (const { flushId } of claims) onDurable(flushId);
    if (claims.length > 0) onProgress();
  }

  #retryLater(seq: number, retryAfterMs: number): void {
    const { deliveries, errors, clock } = this.#options;
    const sinceMs = deliveries.retry(seq, clock.monotonicMs());
    const limitMs = errors.redeliveryLimitMs;
    if (sinceMs > limitMs) {
      const message = `The sink has asked for batch ${seq} again for ${Math.round(sinceMs)} ms, longer than errors.retry.timeout allows: ${limitMs} ms`;
      throw new ConnectError('TASK_FAILED', message);
    }
    this.#retryTimer ??= clock.after(retryAfterMs, () => this.#redeliver());
  }

  #redeliver(): void {
    const { deliveries, errors, resend, onProgress } = this.#options;
    this.#retryTimer = null;
    for (const delivery of deliveries.takeRetries()) {
      errors.metrics.retries.add();
      resend(delivery);
    }
    onProgress();
  }

  #takePartial(delivery: Delivery, partial: Partial): void {
    const { deliveries, errors } = this.#options;
    requireWhole(delivery, partial);
    deliveries.taken(delivery.seq);
    if (partial.failed.length === 0) return;
    const failed = partial.failed.toSorted((a, b) => a.index - b.index);
    requireDistinct(delivery, failed);
    try {
      this.#report(delivery, failed);
    } catch (error) {
      this.#failOnceReported(delivery.seq, toConnectError(error));
      return;
    }
    if (!errors.isSettled) this.holdUntilReported(delivery.seq);
  }

  /** @throws {ConnectError} at the first record, where it is not tolerated. */
  #report(delivery: Delivery, failed: readonly RecordError[]): void {
    const indexes = failed.map(({ index }) => index);
    let next = 0;
    for (const consumed of findConsumed(delivery, indexes)) {
      const failure = failed[next]?.why ?? noReason;
      next += 1;
      const error = new ConnectError('TASK_FAILED', failure.message);
      this.#options.errors.gaveUp(failedConsumedRecord({ consumed, operation: taskPut, error, failure }));
    }
  }

  /** The batch stays held, so that nothing of it is committed. */
  #failOnceReported(seq: number, error: ConnectError): void {
    const { deliveries, errors, fail } = this.#options;
    deliveries.hold(seq);
    void errors.settledOrLate().then(() => fail(error));
  }
}

const noReason: Failure = {
  category: 'CATEGORY_UNSPECIFIED',
  code: 'NO_REASON',
  message: 'The sink refused the record and gave no reason',
  detail: '',
  retryAfterMs: 0,
};

/** Absent never means succeeded. */
function requireWhole({ seq, recordCount }: Delivery, { count }: Partial): void {
  if (count === recordCount) return;
  const message = `The plugin answers for ${count} records of batch ${seq}, which has ${recordCount}`;
  throw new ConnectError('PROTOCOL_VIOLATION', message);
}

function requireDistinct({ seq, recordCount }: Delivery, sorted: readonly RecordError[]): void {
  for (const [position, { index }] of sorted.entries()) {
    if (index < recordCount && index !== sorted[position - 1]?.index) continue;
    const message = `The plugin names record ${index} of batch ${seq} as failed, which is named twice or not among its ${recordCount}`;
    throw new ConnectError('PROTOCOL_VIOLATION', message);
  }
}
