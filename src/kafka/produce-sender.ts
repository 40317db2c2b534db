import { backoffMs } from '../async/backoff.ts';
import type { Clock, Timer } from '../async/clock.ts';
import { ConnectError } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import { BrokerSender, type BrokerSenderListener, type ProduceOutcome } from './broker-sender.ts';
import type { Cluster } from './cluster.ts';
import type { PartitionQueue } from './partition-queue.ts';
import type { ProduceBatch } from './produce-batch.ts';
import { judgeProduceAnswer, type ProduceVerdict } from './produce-verdict.ts';
import type { ProducerConfig } from './producer-config.ts';
import type { ProducerIdentities } from './producer-identities.ts';
import type { ProducerMetadata } from './producer-metadata.ts';
import type { AccumulatorListener, RecordAccumulator } from './record-accumulator.ts';
import { splitBatch } from './split-batch.ts';
import { fencePollMs, type FenceVerdict, type WriteFence } from './write-fence.ts';

/** What a {@link ProduceSender} works with. */
export interface ProduceSenderOptions {
  readonly config: ProducerConfig;
  readonly cluster: Cluster;
  readonly accumulator: RecordAccumulator;
  readonly metadata: ProducerMetadata;
  readonly identities: ProducerIdentities;
  readonly fence?: WriteFence | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Moves batches from the accumulator to the brokers and judges the answers. All of it happens in passes: a pass looks at every queue
 * that has something to send, gives due batches to the sender of their leader, and sets a timer for what is not due yet. Whatever
 * may allow progress only asks for a pass.
 */
export class ProduceSender implements AccumulatorListener, BrokerSenderListener {
  readonly #options: ProduceSenderOptions;
  readonly #senders = new Map<number, BrokerSender>();
  #isPassScheduled = false;
  #timer: Timer | null = null;
  #timerAtMs = Number.POSITIVE_INFINITY;
  #isClosed = false;

  constructor(options: ProduceSenderOptions) {
    this.#options = options;
  }

  /** Asks for a pass in this turn of the event loop, after the code that runs now. */
  wake(): void {
    if (this.#isPassScheduled || this.#isClosed) return;
    this.#isPassScheduled = true;
    setImmediate(() => {
      this.#isPassScheduled = false;
      this.#pass();
    });
  }

  /** Sends nothing any more. Batches stay as they are. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  batchOpened(batch: ProduceBatch): void {
    if (this.#options.config.lingerMs === 0) this.wake();
    else this.#wakeAt(batch.createdAtMs + this.#options.config.lingerMs);
  }

  batchFull(): void {
    this.wake();
  }

  connected(): void {
    this.wake();
  }

  connectFailed(nodeId: number, error: ConnectError): void {
    this.#options.log.debug({ broker: nodeId, err: error }, 'Broker cannot be reached; will retry');
    // The partition may have another leader by now; the answer also wakes.
    this.#options.metadata.refresh();
  }

  mayGo(batches: readonly ProduceBatch[]): boolean {
    return batches.every(batch => this.#judge(batch) === 'send');
  }

  requestDone(batches: readonly ProduceBatch[], outcome: ProduceOutcome): void {
    if (outcome.kind === 'withheld') {
      for (const batch of batches) this.#apply(batch, { kind: 'withheld' });
    } else if (outcome.kind === 'failed') {
      const { error } = outcome;
      for (const batch of batches) {
        this.#apply(
          batch,
          error.isRetriable ? { kind: 'retry', error, hasStaleMetadata: true } : { kind: 'failed', error },
        );
      }
    } else if (outcome.answers === null) {
      for (const batch of batches) this.#apply(batch, { kind: 'acked' });
    } else {
      const { answers } = outcome;
      for (const batch of batches) {
        const { topic, partition, name } = batch.queue;
        const answer = answers.find(one => one.partition === partition && one.topic === topic);
        this.#apply(batch, judgeProduceAnswer(name, answer ?? noAnswer, this.#options.config.isIdempotent));
      }
    }
    this.wake();
  }

  #pass(): void {
    if (this.#isClosed) return;
    const nowMs = this.#options.clock.monotonicMs();
    this.#timer?.cancel();
    this.#timer = null;
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    this.#expire(nowMs);
    this.#options.metadata.refreshIfOld();
    for (let isProgress = true; isProgress;) {
      isProgress = false;
      for (const queue of [...this.#options.accumulator.active]) {
        if (this.#advance(queue, nowMs)) isProgress = true;
      }
      for (const sender of this.#senders.values()) sender.sendDraft();
    }
  }

  /** Gives the next batch of a queue to its broker, if it is due and may go. Returns whether it went. */
  #advance(queue: PartitionQueue, nowMs: number): boolean {
    const { accumulator, identities } = this.#options;
    const { sequence } = queue;
    if (sequence.needsIdentity) {
      const identity = identities.otherThan(sequence.identity);
      if (identity === null) return false;
      sequence.adopt(identity);
    }
    const retry = sequence.nextRetry;
    const batch = retry ?? queue.firstUnsent;
    if (batch === null) return false;
    const verdict = this.#judge(batch);
    if (verdict === 'wait') {
      this.#wakeAt(nowMs + fencePollMs);
      return false;
    }
    if (verdict === 'drop') {
      this.#giveUp(batch, fencedOff(batch));
      return true;
    }
    if (retry === null && !sequence.mayStart) return false;
    const dueAtMs = this.#dueAtMs(batch, retry !== null);
    if (dueAtMs > nowMs) {
      this.#wakeAt(dueAtMs);
      return false;
    }
    const sender = this.#senderFor(queue);
    if (sender?.accepts(batch.writer.byteLength) !== true) return false;
    if (retry === null) accumulator.takeUnsent(queue, batch);
    batch.writer.stamp(retry === null ? sequence.start(batch) : sequence.restart(batch));
    sender.add(batch);
    accumulator.rotate(queue);
    return true;
  }

  #judge(batch: ProduceBatch): FenceVerdict {
    return this.#options.fence?.judge(batch.createdAtMs) ?? 'send';
  }

  #dueAtMs(batch: ProduceBatch, isRetry: boolean): number {
    if (isRetry) return batch.retryAtMs;
    return batch.isFull ? 0 : batch.createdAtMs + this.#options.config.lingerMs;
  }

  #senderFor(queue: PartitionQueue): BrokerSender | undefined {
    const { cluster, config, metadata } = this.#options;
    const nodeId = cluster.leaderOf(queue.topic, queue.partition);
    if (nodeId === undefined) {
      metadata.refresh();
      return undefined;
    }
    let sender = this.#senders.get(nodeId);
    if (sender === undefined) {
      sender = new BrokerSender({ nodeId, cluster, config, listener: this });
      this.#senders.set(nodeId, sender);
    }
    return sender;
  }

  #apply(batch: ProduceBatch, verdict: ProduceVerdict | { readonly kind: 'withheld' }): void {
    const { accumulator, log, metadata } = this.#options;
    const { sequence } = batch.queue;
    if (batch.isDone) {
      // Given up meanwhile: what counts is only that it is not under way any more.
      batch.isInFlight = false;
      return;
    }
    switch (verdict.kind) {
      case 'acked':
        sequence.acked(batch);
        accumulator.finish(batch, null);
        return;
      case 'retry':
        sequence.failedForNow(batch);
        if (verdict.hasStaleMetadata) metadata.refresh();
        this.#retry(batch, verdict.error);
        return;
      case 'withheld':
        sequence.failedForNow(batch);
        accumulator.activate(batch.queue);
        return;
      case 'out-of-sequence':
        sequence.outOfSequence(batch);
        log.debug({ partition: batch.queue.name, err: verdict.error }, 'Batch is out of sequence; will retry');
        this.#retry(batch, verdict.error);
        return;
      case 'too-large':
        if (batch.recordCount === 1) this.#giveUp(batch, verdict.error);
        else splitBatch(batch, accumulator);
        return;
      case 'failed':
        this.#giveUp(batch, verdict.error);
    }
  }

  #retry(batch: ProduceBatch, error: ConnectError): void {
    const { accumulator, clock, config, log } = this.#options;
    batch.attempts += 1;
    batch.lastError = error;
    if (batch.attempts > config.retries) {
      this.#giveUp(batch, error);
      return;
    }
    if (batch.attempts === 1) log.debug({ partition: batch.queue.name, err: error }, 'Produce failed; will retry');
    const { retryBackoffMs: initialMs, retryBackoffMaxMs: maxMs } = config.client;
    batch.retryAtMs = clock.monotonicMs() + backoffMs({ initialMs, maxMs }, batch.attempts);
    accumulator.activate(batch.queue);
  }

  #giveUp(batch: ProduceBatch, error: ConnectError): void {
    batch.queue.sequence.givenUp(batch);
    this.#options.accumulator.finish(batch, error);
  }

  /** Gives up what is older than its delivery timeout, in flight or not. */
  #expire(nowMs: number): void {
    const { accumulator, config } = this.#options;
    for (const batch of accumulator.incomplete) {
      const expiresAtMs = batch.createdAtMs + config.deliveryTimeoutMs;
      if (expiresAtMs > nowMs) {
        this.#wakeAt(expiresAtMs);
        return;
      }
      const { recordCount, queue, lastError } = batch;
      this.#giveUp(
        batch,
        new ConnectError(
          'KAFKA_DELIVERY_TIMEOUT',
          `${recordCount} records for '${queue.name}' were not acknowledged within delivery.timeout.ms, ` +
            `${config.deliveryTimeoutMs} ms; last failure: ${lastError?.message ?? 'none, they could not be sent'}`,
          { cause: lastError ?? undefined, details: { partition: queue.name } },
        ),
      );
    }
  }

  #wakeAt(atMs: number): void {
    if (atMs >= this.#timerAtMs || this.#isClosed) return;
    this.#timer?.cancel();
    this.#timerAtMs = atMs;
    this.#timer = this.#options.clock.after(atMs - this.#options.clock.monotonicMs(), () => this.#pass());
  }
}

/** A partition that the broker left out of its answer: an unknown server error, which is worth another try. */
const noAnswer = { errorCode: 13, errorMessage: 'The broker left the partition out of its answer' };

/** Why the fence lets a batch through no more. One that was sent before and failed may have been appended by the broker. */
function fencedOff({ queue, recordCount, attempts }: ProduceBatch): ConnectError {
  const wasSent = attempts > 0;
  const outcome = wasSent ? 'were sent, and may or may not be written' : 'were not written';
  const message = `${recordCount} records for '${queue.name}' ${outcome}: the worker has lost its membership since`;
  const details = { partition: queue.name };
  return new ConnectError(wasSent ? 'KAFKA_OUTCOME_UNKNOWN' : 'GROUP_REBALANCE', message, { details });
}
