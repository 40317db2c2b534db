import type { ConnectorTaskId } from '../../data/connector-task-id.ts';
import type { Counter } from '../../metrics/counter.ts';
import type { MetricGroup, MetricRegistry } from '../../metrics/metric-registry.ts';

/** The numbers of {@link TaskErrorMetrics} at one time. */
export interface TaskErrorCounts {
  /** Tries that failed. */
  readonly recordFailures: number;
  /** Operations that were given up. */
  readonly recordErrors: number;
  /** Records skipped because of errors. */
  readonly recordsSkipped: number;
  /** Operations tried again, and batches delivered again. */
  readonly retries: number;
  /** Errors that were logged. */
  readonly errorsLogged: number;
  /** Writes to the dead letter queue. */
  readonly deadLetterQueueRequests: number;
  /** Writes to the dead letter queue that failed. */
  readonly deadLetterQueueFailures: number;
  /** When the task met the last error, ms since the epoch; 0 if it met none. */
  readonly lastErrorMs: number;
}

/**
 * What a task counts of errors, from its start on this worker to its end there, through all of its runs. Kafka Connect's group
 * `task-error-metrics`.
 *
 * @see `ErrorHandlingMetrics` in Kafka Connect.
 */
export class TaskErrorMetrics {
  readonly recordFailures: Counter;
  readonly recordErrors: Counter;
  readonly recordsSkipped: Counter;
  readonly retries: Counter;
  readonly errorsLogged: Counter;
  readonly deadLetterQueueRequests: Counter;
  readonly deadLetterQueueFailures: Counter;
  lastErrorMs = 0;
  readonly #registry: MetricRegistry;
  readonly #group: MetricGroup;

  constructor(registry: MetricRegistry, id: ConnectorTaskId) {
    const group = registry.group('task-error-metrics', { connector: id.connector, task: String(id.task) });
    this.#registry = registry;
    this.#group = group;
    this.recordFailures = group.counter('total-record-failures');
    this.recordErrors = group.counter('total-record-errors');
    this.recordsSkipped = group.counter('total-records-skipped');
    this.retries = group.counter('total-retries');
    this.errorsLogged = group.counter('total-errors-logged');
    this.deadLetterQueueRequests = group.counter('deadletterqueue-produce-requests');
    this.deadLetterQueueFailures = group.counter('deadletterqueue-produce-failures');
    group.gauge('last-error-timestamp', () => this.lastErrorMs);
  }

  get counts(): TaskErrorCounts {
    return {
      recordFailures: this.recordFailures.value,
      recordErrors: this.recordErrors.value,
      recordsSkipped: this.recordsSkipped.value,
      retries: this.retries.value,
      errorsLogged: this.errorsLogged.value,
      deadLetterQueueRequests: this.deadLetterQueueRequests.value,
      deadLetterQueueFailures: this.deadLetterQueueFailures.value,
      lastErrorMs: this.lastErrorMs,
    };
  }

  /** The task is this worker's no more. */
  remove(): void {
    this.#registry.remove(this.#group);
  }
}
