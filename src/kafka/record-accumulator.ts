import type { Clock } from '../async/clock.ts';
import { createDeferred, type Deferred } from '../async/deferred.ts';
import { ConnectError } from '../errors/connect-error.ts';
import { BufferPool } from './buffer-pool.ts';
import { PartitionQueue } from './partition-queue.ts';
import { Partitioner } from './partitioner.ts';
import { ProduceBatch, type Completion } from './produce-batch.ts';
import type { ProducerConfig } from './producer-config.ts';
import { batchHeaderBytes, RecordBatchWriter } from './record-batch-writer.ts';
import type { RecordView } from '../data/record-view.ts';

/** Room that a batch begins with. */
const firstBatchBytes = 16 * 1024;

/** A topic that records are appended to. */
export class AccumulatorTopic {
  readonly name: string;
  readonly partitioner: Partitioner;
  readonly queues: PartitionQueue[] = [];

  constructor(name: string, partitioner: Partitioner) {
    this.name = name;
    this.partitioner = partitioner;
  }

  get partitionCount(): number {
    return this.queues.length;
  }
}

/** What the accumulator tells whoever sends. */
export interface AccumulatorListener {
  /** A batch has been opened and is due in `linger.ms`. */
  batchOpened(batch: ProduceBatch): void;
  /** A batch need not wait any longer. */
  batchFull(): void;
}

/**
 * Records that wait to be sent, in one batch per topic partition, and the memory that batches take until they have their outcome.
 * `buffer.memory` is checked between source batches, not records: it may be exceeded by one source batch (I7).
 */
export class RecordAccumulator {
  readonly #config: ProducerConfig;
  readonly #clock: Clock;
  readonly #listener: AccumulatorListener;
  readonly #pool: BufferPool;
  readonly #topics = new Map<string, AccumulatorTopic>();
  readonly #active = new Set<PartitionQueue>();
  readonly #incomplete = new Set<ProduceBatch>();
  #usedBytes = 0;
  #space: Deferred<null> | null = null;

  constructor(options: {
    readonly config: ProducerConfig;
    readonly clock: Clock;
    readonly listener: AccumulatorListener;
  }) {
    this.#config = options.config;
    this.#clock = options.clock;
    this.#listener = options.listener;
    this.#pool = new BufferPool(Math.floor(options.config.bufferMemoryBytes / 2));
  }

  /** Queues that may have something to send. */
  get active(): Iterable<PartitionQueue> {
    return this.#active;
  }

  /** Batches without outcome, oldest first. */
  get incomplete(): ReadonlySet<ProduceBatch> {
    return this.#incomplete;
  }

  get topics(): ReadonlyMap<string, AccumulatorTopic> {
    return this.#topics;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  get isFull(): boolean {
    return this.#usedBytes >= this.#config.bufferMemoryBytes;
  }

  /** Makes a topic known, or lets it grow to more partitions. */
  registerTopic(name: string, partitionCount: number): AccumulatorTopic {
    let topic = this.#topics.get(name);
    if (topic === undefined) {
      const { ignoresKeys, batchBytes } = this.#config;
      topic = new AccumulatorTopic(name, new Partitioner({ topic: name, ignoresKeys, stickyBytes: batchBytes }));
      this.#topics.set(name, topic);
    }
    for (let partition = topic.queues.length; partition < partitionCount; partition += 1) {
      const { isIdempotent, batchBytesMax } = this.#config;
      topic.queues.push(
        new PartitionQueue({
          topic: name,
          partition,
          isIdempotent,
          firstBatchBytes: Math.min(firstBatchBytes, batchBytesMax),
        }),
      );
    }
    return topic;
  }

  /**
   * Copies a record into the open batch of its partition.
   *
   * @param partition -1 to have it chosen.
   * @throws {ConnectError} MESSAGE_TOO_LARGE or REQUEST_INVALID (no such partition); nothing is appended then.
   */
  append(topic: AccumulatorTopic, partition: number, record: RecordView, completion: Completion): void {
    const queue = topic.queues[topic.partitioner.choose(partition, record, topic.queues.length)];
    if (queue === undefined) throw new ConnectError('REQUEST_INVALID', `Topic '${topic.name}' has no partitions`);
    const timestampMs = record.timestampMs < 0 ? this.#clock.nowMs() : record.timestampMs;
    let batch = queue.open;
    if (batch !== null) {
      const capacityBytes = batch.writer.capacityBytes;
      if (batch.writer.append(record, timestampMs, this.#config.batchBytesMax)) {
        this.#usedBytes += batch.writer.capacityBytes - capacityBytes;
      } else {
        this.#closeFull(queue, batch);
        batch = null;
      }
    }
    batch ??= this.#open(topic, queue, record, timestampMs);
    batch.addRecord(completion);
    if (!batch.isFull && batch.writer.byteLength >= this.#config.batchBytes) {
      batch.isFull = true;
      this.#listener.batchFull();
    }
  }

  /**
   * Takes the batch that goes out next off its queue, closed.
   *
   * @param batch the queue's `firstUnsent`.
   */
  takeUnsent(queue: PartitionQueue, batch: ProduceBatch): void {
    if (queue.waiting[0] === batch) queue.waiting.shift();
    else queue.open = null;
    this.#close(queue, batch, batch.isFull);
  }

  /** Drops a queue from {@link active} when it has nothing to send; or moves it behind the others, so that each gets its turn. */
  rotate(queue: PartitionQueue): void {
    this.#active.delete(queue);
    if (queue.hasUnsent) this.#active.add(queue);
  }

  /** Makes everything appended so far due. */
  closeAll(): void {
    for (const queue of this.#active) {
      if (queue.open === null) continue;
      queue.open.isFull = true;
      queue.waiting.push(queue.open);
      queue.open = null;
    }
  }

  /** Ends a batch: frees its memory, then tells. `error` is null when it is written. */
  finish(batch: ProduceBatch, error: ConnectError | null): void {
    if (batch.isDone) return;
    const { queue } = batch;
    batch.isDone = true;
    this.#incomplete.delete(batch);
    if (queue.open === batch) queue.open = null;
    const index = queue.waiting.indexOf(batch);
    if (index >= 0) queue.waiting.splice(index, 1);
    this.#forget(batch);
    if (!queue.hasUnsent) this.#active.delete(queue);
    batch.tell(error);
  }

  /** Puts batches in the place of one that is too large for the broker. They have not been sent. */
  replace(batch: ProduceBatch, parts: readonly ProduceBatch[]): void {
    batch.isDone = true;
    this.#incomplete.delete(batch);
    for (const part of parts) {
      this.#incomplete.add(part);
      this.#usedBytes += part.writer.capacityBytes;
    }
    const last = parts.at(-1);
    if (last !== undefined) batch.moveWaitersTo(last);
    this.#forget(batch);
    this.#active.add(batch.queue);
  }

  /** An empty batch beside the queues. */
  newBatch(queue: PartitionQueue, createdAtMs: number, roomBytes: number): ProduceBatch {
    return new ProduceBatch({ queue, writer: new RecordBatchWriter(this.#pool, roomBytes), createdAtMs });
  }

  /** A batch has to be sent again: its queue has something to send. */
  activate(queue: PartitionQueue): void {
    this.#active.add(queue);
  }

  /** Compresses a batch, writes its header, and counts the memory that it then takes. */
  closeBatch(batch: ProduceBatch): void {
    if (batch.isClosed) return;
    batch.isClosed = true;
    batch.writer.close(this.#config.compressionType, this.#config.compressionLevels);
  }

  /** Resolves when there is room in `buffer.memory`; rejects with the signal's reason. Sends what is there meanwhile. */
  async waitForSpace(signal: AbortSignal): Promise<void> {
    while (this.isFull) {
      signal.throwIfAborted();
      this.closeAll();
      this.#listener.batchFull();
      this.#space ??= createDeferred();
      const aborted = createDeferred<null>();
      const onAbort = (): void => aborted.resolve(null);
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        await Promise.race([this.#space.promise, aborted.promise]);
      } finally {
        signal.removeEventListener('abort', onAbort);
      }
    }
    signal.throwIfAborted();
  }

  #open(topic: AccumulatorTopic, queue: PartitionQueue, record: RecordView, timestampMs: number): ProduceBatch {
    const batch = this.newBatch(queue, this.#clock.monotonicMs(), queue.nextBatchBytes);
    // The first record of a batch may be larger than batch.size: it then is alone in it.
    if (!batch.writer.append(record, timestampMs, this.#config.maxRequestBytes)) {
      batch.writer.release();
      throw tooLarge(topic.name, record, this.#config.maxRequestBytes);
    }
    queue.open = batch;
    this.#incomplete.add(batch);
    this.#active.add(queue);
    this.#usedBytes += batch.writer.capacityBytes;
    this.#listener.batchOpened(batch);
    return batch;
  }

  #closeFull(queue: PartitionQueue, batch: ProduceBatch): void {
    queue.open = null;
    queue.waiting.push(batch);
    if (!batch.isFull) this.#listener.batchFull();
    batch.isFull = true;
    this.#close(queue, batch, true);
  }

  #close(queue: PartitionQueue, batch: ProduceBatch, isFull: boolean): void {
    if (batch.isClosed) return;
    const { batchBytesMax } = this.#config;
    const usedBytes = batch.writer.byteLength;
    queue.nextBatchBytes = Math.min(batchBytesMax, Math.max(firstBatchBytes, 2 ** Math.ceil(Math.log2(usedBytes))));
    const capacityBytes = batch.writer.capacityBytes;
    this.closeBatch(batch);
    this.#usedBytes += batch.writer.capacityBytes - capacityBytes;
    this.#topics.get(queue.topic)?.partitioner.batchClosed(queue.partition, isFull);
  }

  #forget(batch: ProduceBatch): void {
    this.#usedBytes -= batch.writer.capacityBytes;
    batch.writer.release();
    if (this.isFull || this.#space === null) return;
    this.#space.resolve(null);
    this.#space = null;
  }
}

function tooLarge(topic: string, record: RecordView, maxBytes: number): ConnectError {
  const { keyStart, keyEnd, valueStart, valueEnd } = record;
  const bytes =
    batchHeaderBytes + (keyStart < 0 ? 0 : keyEnd - keyStart) + (valueStart < 0 ? 0 : valueEnd - valueStart);
  return new ConnectError(
    'MESSAGE_TOO_LARGE',
    `A record for topic '${topic}' takes about ${bytes} bytes, more than max.request.size allows: ${maxBytes}`,
    { details: { topic, bytes: String(bytes), max_bytes: String(maxBytes) } },
  );
}
