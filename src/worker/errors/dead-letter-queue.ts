/**
 * The topic that gets a sink's failed records: each with the key, value, headers and timestamp that it was read with, and, where
 * `errors.deadletterqueue.context.headers.enable` is set, with headers that tell of the failure:
 *
 * | header `__connect.errors.…` | value, UTF-8 |
 * |---|---|
 * | `topic`, `partition`, `offset` | where the record was read |
 * | `connector.name`, `task.id` | who read it |
 * | `stage`, `class.name` | what failed: {@link Stage}, and the Java class that does this in Kafka Connect |
 * | `exception.class.name`, `exception.message`, `exception.stacktrace` | how: {@link JavaException} |
 *
 * @see `DeadLetterQueueReporter` in Kafka Connect (KIP-298).
 */
import { abortable } from '../../async/abortable.ts';
import type { ConnectorTaskId } from '../../data/connector-task-id.ts';
import type { RecordHeader, RecordView } from '../../data/record-view.ts';
import { ConnectError, messageOf, toConnectError } from '../../errors/connect-error.ts';
import type { Completion, ProducerTopic, RecordProducer } from '../../kafka/record-producer.ts';
import type { TopicAdmin } from '../../kafka/topic-admin.ts';
import type { Logger } from '../../logging/logger.ts';
import type { DeadLetterQueueSettings } from './error-settings.ts';
import type { ConsumedRecord, FailedRecord } from './failed-record.ts';
import { toJavaException } from './java-exception.ts';

/** What is needed to see to it that the topic is there. */
export type TopicCreator = Pick<TopicAdmin, 'describeTopics' | 'createTopics' | 'close'>;

/** What a dead letter queue is made of. */
export interface DeadLetterQueueOptions {
  readonly id: ConnectorTaskId;
  readonly settings: DeadLetterQueueSettings;
  /** Of this queue alone; {@link DeadLetterQueue.close} closes it. */
  readonly producer: RecordProducer;
  /** An admin client on the cluster of the producer, closed after its use. */
  readonly openAdmin: () => TopicCreator;
  readonly log: Logger;
}

const partitions = 1;
const emptyBuffer = Buffer.alloc(0);

/** Writes to one task's dead letter queue, through all runs of the task. */
export class DeadLetterQueue {
  readonly #options: DeadLetterQueueOptions;
  #topic: ProducerTopic | null = null;

  constructor(options: DeadLetterQueueOptions) {
    this.#options = options;
  }

  /** So much is under way that nothing more should be added; {@link flush} first (I7). */
  get isFull(): boolean {
    return this.#options.producer.isFull;
  }

  /**
   * Finds the topic, and creates it if there is none; only the first call has anything to do.
   *
   * @throws {ConnectError} what the broker says, under its own code; the signal's reason.
   */
  async open(signal: AbortSignal): Promise<void> {
    if (this.#topic !== null) return;
    const { settings, producer } = this.#options;
    const onAbort = (): Error => toConnectError(signal.reason);
    try {
      await abortable(this.#createIfMissing(), signal, onAbort);
      this.#topic = await producer.topic(settings.topic, signal);
    } catch (error) {
      signal.throwIfAborted();
      const { code } = toConnectError(error);
      const message =
        `Could not initialize dead letter queue with topic=${settings.topic}: ${messageOf(error)}. ` +
        `Create the topic, or see to it that errors.deadletterqueue.topic.replication.factor, which is ` +
        `${settings.replicationFactor}, is no more than the number of brokers`;
      throw new ConnectError(code, message, { cause: error, details: { topic: settings.topic } });
    }
  }

  /**
   * Takes a record; its bytes are copied. Call {@link open} before.
   *
   * @throws {ConnectError} MESSAGE_TOO_LARGE, SHUTTING_DOWN; `completion` is not told then.
   */
  append(failed: FailedRecord, consumed: ConsumedRecord, completion: Completion): void {
    const { settings, producer } = this.#options;
    if (this.#topic === null) throw new Error(`Dead letter queue '${settings.topic}' is not open`);
    const headers = settings.hasContextHeaders
      ? [...consumed.headers, ...this.#contextHeaders(failed, consumed)]
      : consumed.headers;
    producer.append(this.#topic, -1, toView(consumed, headers), completion);
  }

  /** Sends at once, and resolves when all that was appended is acked or failed. */
  flush(): Promise<void> {
    return this.#options.producer.flush();
  }

  /** Closes the producer; see {@link RecordProducer.close}. */
  close(timeoutMs: number): Promise<void> {
    return this.#options.producer.close(timeoutMs);
  }

  async #createIfMissing(): Promise<void> {
    const { settings, openAdmin, log } = this.#options;
    const admin = openAdmin();
    try {
      const [found] = await admin.describeTopics([settings.topic]);
      if (found?.kind === 'found') return;
      log.info({ topic: settings.topic }, 'The dead letter queue topic does not exist and is created');
      const { topic: name, replicationFactor } = settings;
      await admin.createTopics([{ name, partitions, replicationFactor, settings: new Map() }]);
    } finally {
      await admin.close();
    }
  }

  #contextHeaders(failed: FailedRecord, { topic, partition, offset }: ConsumedRecord): RecordHeader[] {
    const { id } = this.#options;
    const { stage, className } = failed.operation;
    const exception = toJavaException(failed.error, failed.failure);
    const texts = {
      topic,
      partition: String(partition),
      offset: String(offset),
      'connector.name': id.connector,
      'task.id': String(id.task),
      stage,
      'class.name': className,
      'exception.class.name': exception.className,
      'exception.message': exception.message,
      'exception.stacktrace': exception.stackTrace,
    };
    return Object.entries(texts).map(([key, text]) => ({ key: `__connect.errors.${key}`, value: Buffer.from(text) }));
  }
}

function toView({ key, value, timestampMs }: ConsumedRecord, headers: readonly RecordHeader[]): RecordView {
  return {
    keyBuffer: key ?? emptyBuffer,
    keyStart: key === null ? -1 : 0,
    keyEnd: key?.length ?? -1,
    valueBuffer: value ?? emptyBuffer,
    valueStart: value === null ? -1 : 0,
    valueEnd: value?.length ?? -1,
    timestampMs,
    headers,
  };
}
