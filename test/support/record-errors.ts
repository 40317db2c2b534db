import type { Completion, ProducerTopic, RecordProducer } from '../../src/kafka/record-producer.ts';
import type { RecordHeader, RecordView } from '../../src/data/record-view.ts';
import { createSilentLogger, type Logger } from '../../src/logging/logger.ts';
import { MetricRegistry } from '../../src/metrics/metric-registry.ts';
import { DeadLetterQueue } from '../../src/worker/errors/dead-letter-queue.ts';
import { readErrorSettings } from '../../src/worker/errors/error-settings.ts';
import { RecordErrors } from '../../src/worker/errors/record-errors.ts';
import { TaskErrorMetrics } from '../../src/worker/errors/task-error-metrics.ts';
import { ManualClock } from './manual-clock.ts';
import { FakeTopicAdmin } from './fake-topic-admin.ts';

const id = { connector: 'c', task: 3 };

/** What a producer was given. */
export interface KeptRecord {
  readonly topic: string;
  readonly partition: number;
  readonly key: string | null;
  readonly value: string | null;
}

/** A producer that keeps what it is given, and acks or fails when the test says so. */
export class KeepingProducer implements RecordProducer {
  readonly produced: KeptRecord[] = [];
  /** What else the records had. */
  readonly extras: { readonly timestampMs: number; readonly headers: readonly RecordHeader[] }[] = [];
  readonly lookups: string[] = [];
  readonly completions: Completion[] = [];
  isFull = false;
  /** Thrown by the next appends. */
  refusal: Error | null = null;
  isClosed = false;
  #waiting: (() => void)[] = [];
  #finished = 0;

  async topic(name: string): Promise<ProducerTopic> {
    this.lookups.push(name);
    return { name, partitionCount: 1 };
  }

  append(topic: ProducerTopic, partition: number, record: RecordView, completion: Completion): void {
    if (this.refusal !== null) throw this.refusal;
    this.produced.push({
      topic: topic.name,
      partition,
      key: record.keyStart < 0 ? null : record.keyBuffer.toString('utf8', record.keyStart, record.keyEnd),
      value: record.valueStart < 0 ? null : record.valueBuffer.toString('utf8', record.valueStart, record.valueEnd),
    });
    this.extras.push({ timestampMs: record.timestampMs, headers: record.headers });
    this.completions.push(completion);
  }

  /** Tells what became of everything that was appended. */
  finish(tell: (completion: Completion) => void): void {
    for (const completion of this.completions.slice(this.#finished)) tell(completion);
    this.#finished = this.completions.length;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async waitForSpace(): Promise<void> {
    return;
  }

  flush(): Promise<void> {
    if (this.#finished === this.completions.length) return Promise.resolve();
    return new Promise(resolve => this.#waiting.push(resolve));
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

/** Error handling of a task with these `errors.*` keys, on fakes. */
export function makeRecordErrors(
  keys: Readonly<Record<string, string>> = {},
  options: { readonly log?: Logger; readonly type?: 'source' | 'sink'; readonly clock?: ManualClock } = {},
) {
  const { log = createSilentLogger(), type = 'sink', clock = new ManualClock() } = options;
  const settings = readErrorSettings(
    type,
    new Map(
      Object.entries({ name: 'c', 'connector.class': 'X', ...(type === 'sink' ? { topics: 't' } : {}), ...keys }),
    ),
  );
  const registry = new MetricRegistry();
  const metrics = new TaskErrorMetrics(registry, id);
  const producer = new KeepingProducer();
  const admin = new FakeTopicAdmin();
  const queue =
    settings.deadLetterQueue === null
      ? null
      : new DeadLetterQueue({ id, settings: settings.deadLetterQueue, producer, openAdmin: () => admin, log });
  const errors = new RecordErrors({ id, settings, metrics, queue, lastReportsMs: 1000, clock, log, random: () => 0.5 });
  return { errors, queue, producer, admin, metrics, registry, clock };
}
