/**
 * Order and sequence numbers of the batches of one topic partition, from first send to final outcome. Pure bookkeeping: it neither sends
 * nor waits.
 *
 * Batches that were sent and have no outcome yet are *unresolved*, oldest first. While all goes well several are in flight. Once one
 * has to be sent again, nothing new is started, and only the oldest unresolved batch may be sent, so that order holds: the others
 * follow one by one with the sequence numbers they had. The broker recognises by its number a batch that it already has.
 *
 * The numbers cannot go on after a batch was given up (those after it would be out of sequence for ever), nor when the broker has lost
 * them. Then a new producer identity is needed, under which what is unresolved counts from 0. A batch may be renumbered only once it
 * is certain that the broker has not written it under its old number; so after giving one up, those behind it are still tried under
 * their old numbers, until the broker answers that the oldest one is out of sequence, or none is left.
 *
 * @see `TransactionManager` and `Sender#canRetry` in Kafka's producer.
 */

import assert from 'node:assert/strict';
import type { ProducerIdentity } from './producer-identity.ts';
import { noStamp, type BatchStamp } from './record-batch-writer.ts';

/** A batch, as far as its place in the sequence is concerned. {@link PartitionSequence} alone writes these fields. */
export interface SequencedBatch {
  readonly recordCount: number;
  /** Sequence number of the first record; -1 before it is first sent. */
  baseSequence: number;
  isInFlight: boolean;
}

/** Sequence numbers are positive 32-bit numbers and start again at 0 after the last. */
const sequenceModulus = 2 ** 31;

/** See the module comment. */
export class PartitionSequence<Batch extends SequencedBatch> {
  readonly #isIdempotent: boolean;
  #identity: ProducerIdentity | null = null;
  #nextSequence = 0;
  #unresolved: Batch[] = [];
  #hasGap = false;
  #isBroken = false;

  constructor(isIdempotent: boolean) {
    this.#isIdempotent = isIdempotent;
  }

  /** Batches without outcome, oldest first. */
  get unresolved(): readonly Batch[] {
    return this.#unresolved;
  }

  /** The identity under which batches are numbered; null before the first {@link adopt}. */
  get identity(): ProducerIdentity | null {
    return this.#identity;
  }

  /** Nothing can be sent before {@link adopt} is called with an identity other than the present one. */
  get needsIdentity(): boolean {
    if (!this.#isIdempotent) return false;
    if (this.#identity === null) return true;
    if (this.#isBroken) return !this.#unresolved.some(batch => batch.isInFlight);
    return this.#hasGap && this.#unresolved.length === 0;
  }

  /** A batch that has not been sent yet may be sent. */
  get mayStart(): boolean {
    if (this.#isIdempotent && (this.#identity === null || this.#isBroken || this.#hasGap)) return false;
    return this.#unresolved.every(batch => batch.isInFlight);
  }

  /** The batch that must be sent again before anything else, or null while there is none or it is not its turn. */
  get nextRetry(): Batch | null {
    const oldest = this.#unresolved[0];
    return oldest === undefined || oldest.isInFlight || this.#isBroken ? null : oldest;
  }

  /** Takes a batch in that is sent for the first time. Only when {@link mayStart}. */
  start(batch: Batch): BatchStamp {
    assert(this.mayStart);
    this.#unresolved.push(batch);
    this.#number(batch);
    return this.#send(batch);
  }

  /** Marks {@link nextRetry} as sent again. */
  restart(batch: Batch): BatchStamp {
    assert(batch === this.nextRetry);
    return this.#send(batch);
  }

  /** The broker has written the batch, now or at an earlier try. */
  acked(batch: Batch): void {
    this.#remove(batch);
  }

  /** The send failed, perhaps after the broker wrote the batch; it is to be sent again. */
  failedForNow(batch: Batch): void {
    batch.isInFlight = false;
  }

  /**
   * The broker answered that the batch does not follow what it has, or that it does not know the producer. For a batch that has another
   * before it, that is the consequence of the other's failure, and it is sent again in its turn; for the oldest one it means that the
   * numbers are lost.
   */
  outOfSequence(batch: Batch): void {
    batch.isInFlight = false;
    if (batch === this.#unresolved[0]) this.#isBroken = true;
  }

  /** The batch is given up, whether or not the broker has written it. */
  givenUp(batch: Batch): void {
    if (!this.#unresolved.includes(batch)) return;
    this.#remove(batch);
    if (this.#isIdempotent) this.#hasGap = true;
  }

  /** Puts the parts of a batch, which have as many records as it, in its place; they wait to be sent. */
  replace(batch: Batch, parts: readonly Batch[]): void {
    const index = this.#unresolved.indexOf(batch);
    let baseSequence = batch.baseSequence;
    for (const part of parts) {
      part.baseSequence = baseSequence;
      part.isInFlight = false;
      if (baseSequence >= 0) baseSequence = (baseSequence + part.recordCount) % sequenceModulus;
    }
    this.#unresolved.splice(index, 1, ...parts);
  }

  /** Begins again at 0 under another identity, and renumbers what is unresolved. Only when {@link needsIdentity}. */
  adopt(identity: ProducerIdentity): void {
    assert(this.needsIdentity && identity !== this.#identity);
    this.#identity = identity;
    this.#nextSequence = 0;
    this.#hasGap = false;
    this.#isBroken = false;
    for (const batch of this.#unresolved) this.#number(batch);
  }

  #number(batch: Batch): void {
    if (!this.#isIdempotent) return;
    batch.baseSequence = this.#nextSequence;
    this.#nextSequence = (this.#nextSequence + batch.recordCount) % sequenceModulus;
  }

  #send(batch: Batch): BatchStamp {
    batch.isInFlight = true;
    if (!this.#isIdempotent || this.#identity === null) return noStamp;
    const { producerId, producerEpoch } = this.#identity;
    return { producerId, producerEpoch, baseSequence: batch.baseSequence };
  }

  #remove(batch: Batch): void {
    batch.isInFlight = false;
    if (this.#unresolved[0] === batch) this.#unresolved.shift();
    else this.#unresolved = this.#unresolved.filter(one => one !== batch);
  }
}
