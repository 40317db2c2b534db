import { ConnectError } from '../errors/connect-error.ts';
import { murmur2 } from './murmur2.ts';
import type { RecordView } from '../data/record-view.ts';

/**
 * Chooses the partition of each record of one topic, as Kafka's built-in partitioner does: the one that was asked for; else by the
 * hash of the key, so that a key always goes to the same partition; else one and the same partition until a batch's worth of bytes went
 * there, then another one.
 *
 * @see `org.apache.kafka.clients.producer.internals.BuiltInPartitioner` (KIP-794).
 */
export class Partitioner {
  readonly #topic: string;
  readonly #ignoresKeys: boolean;
  readonly #stickyBytes: number;
  readonly #random: () => number;
  #sticky = -1;
  #bytesInSticky = 0;

  /** @param options `stickyBytes`: how much goes to one partition before another one is chosen; `random`: in [0, 1). */
  constructor(options: {
    readonly topic: string;
    readonly ignoresKeys: boolean;
    readonly stickyBytes: number;
    readonly random?: () => number;
  }) {
    this.#topic = options.topic;
    this.#ignoresKeys = options.ignoresKeys;
    this.#stickyBytes = options.stickyBytes;
    this.#random = options.random ?? Math.random;
  }

  /**
   * @param asked partition that was asked for; -1 for none.
   * @throws {ConnectError} REQUEST_INVALID when the topic has no such partition.
   */
  choose(asked: number, record: RecordView, partitionCount: number): number {
    if (asked >= 0 && asked < partitionCount) return asked;
    if (asked !== -1) throw this.#outOfRange(asked, partitionCount);
    if (record.keyStart >= 0 && !this.#ignoresKeys) {
      return (murmur2(record.keyBuffer, record.keyStart, record.keyEnd) & 0x7fffffff) % partitionCount;
    }
    if (this.#sticky < 0 || this.#sticky >= partitionCount) this.#switch(partitionCount);
    this.#bytesInSticky += record.valueStart < 0 ? 0 : record.valueEnd - record.valueStart;
    return this.#sticky;
  }

  /** A batch takes no more records: the moment to change the partition, if enough went there. */
  batchClosed(partition: number, isFull: boolean): void {
    if (partition === this.#sticky && (isFull || this.#bytesInSticky >= this.#stickyBytes)) this.#sticky = -1;
  }

  #switch(partitionCount: number): void {
    this.#sticky = Math.floor(this.#random() * partitionCount);
    this.#bytesInSticky = 0;
  }

  #outOfRange(asked: number, partitionCount: number): ConnectError {
    return new ConnectError(
      'REQUEST_INVALID',
      `Topic '${this.#topic}' has no partition ${asked}: its partitions are 0 to ${partitionCount - 1}`,
      { details: { topic: this.#topic, partition: String(asked) } },
    );
  }
}
