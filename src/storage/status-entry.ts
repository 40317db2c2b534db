import type { StoredStatus } from './status-records.ts';
import type { InstanceState, InstanceStatus } from './states.ts';

/**
 * What is known of one connector instance's or task's status: what was read of it, and what this worker is writing.
 *
 * A task that moves is spoken of by two workers that do not hear of each other at once. RUNNING, PAUSED, STOPPED and RESTARTING are
 * said by the one that has it; UNASSIGNED and FAILED may come late from the one that had it, and must not hide what the other says.
 *
 * @see `KafkaStatusBackingStore` in Kafka Connect.
 */
export class StatusEntry {
  #read: StoredStatus | null = null;
  #written: (InstanceStatus & { readonly generation: number }) | null = null;
  #sequence = 0;
  #isDeleted = false;

  /** The status as it was last read; null if none was. */
  get status(): InstanceStatus | null {
    if (this.#read === null) return null;
    const { state, workerId, trace, version } = this.#read;
    const own = this.#written !== null && isSame(this.#written, this.#read) ? this.#written : null;
    // Of its own plugin processes a worker knows more than the topic holds.
    const { lastExit, restarts, pid } = own ?? { lastExit: null, restarts: 0, pid: null };
    return { state, workerId, trace, version, lastExit, restarts, pid };
  }

  /**
   * Whether a status may be written over the one last read.
   *
   * @param generation the group's generation as the writer sees it.
   */
  allows(status: InstanceStatus, generation: number): boolean {
    if (!isSaidLate(status.state) || this.#read === null) return true;
    return this.#read.workerId === status.workerId || this.#read.generation <= generation;
  }

  /** Begins a write: earlier ones are not worth repeating any more. */
  beginWrite(status: InstanceStatus | null, generation: number): number {
    this.#written = status && { ...status, generation };
    this.#sequence += 1;
    return this.#sequence;
  }

  /** No later write was begun, and nobody removed what it is about. */
  isLatest(sequence: number): boolean {
    return !this.#isDeleted && this.#sequence === sequence;
  }

  /**
   * Takes what was read.
   *
   * @param isTask an UNASSIGNED of a task is dropped after a RUNNING of its generation or a later one: it is late.
   */
  take(status: StoredStatus, isTask: boolean): void {
    const isLate =
      isTask &&
      status.state === 'UNASSIGNED' &&
      this.#read?.state === 'RUNNING' &&
      this.#read.generation >= status.generation;
    if (!isLate) this.#read = status;
  }

  /** It was removed from the topic; whoever holds on to it learns that. */
  delete(): void {
    this.#isDeleted = true;
  }
}

function isSaidLate(state: InstanceState): boolean {
  return state === 'UNASSIGNED' || state === 'FAILED';
}

function isSame(written: StoredStatus, read: StoredStatus): boolean {
  return (
    written.state === read.state &&
    written.workerId === read.workerId &&
    written.generation === read.generation &&
    written.trace === read.trace
  );
}
