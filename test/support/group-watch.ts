import type { ConnectError } from '../../src/errors/connect-error.ts';
import type { AssignedPartition, ConsumerGroupEvents } from '../../src/kafka/consumer-group.ts';
import { nameOf, type TopicPartition } from '../../src/kafka/record-fetcher.ts';

/** What a consumer group told, as one line: `assigned t-0 t-1`, `failed CODE message`. */
export type GroupEvent = string;

/** Keeps what a consumer group tells, so that tests can await it. */
export class GroupWatch implements ConsumerGroupEvents {
  /** All events so far, the topic's name left out of partitions: `assigned 0 1`. */
  readonly events: GroupEvent[] = [];
  /** What is assigned now. */
  assignment: readonly AssignedPartition[] = [];
  /** Called while partitions are being assigned. */
  onAssigned: (partitions: readonly AssignedPartition[]) => Promise<void> = () => Promise.resolve();
  /** Called while partitions are being revoked. */
  onRevoked: (partitions: readonly TopicPartition[]) => Promise<void> = () => Promise.resolve();
  readonly #waiters = new Set<() => void>();

  /** Partitions that are assigned now, as `topic-partition`. */
  get partitions(): readonly string[] {
    return this.assignment.map(nameOf).sort();
  }

  async assigned(partitions: readonly AssignedPartition[]): Promise<void> {
    await this.onAssigned(partitions);
    this.assignment = partitions;
    await this.#tell('assigned', partitions);
  }

  async revoked(partitions: readonly TopicPartition[]): Promise<void> {
    await this.onRevoked(partitions);
    this.assignment = [];
    await this.#tell('revoked', partitions);
  }

  lost(partitions: readonly TopicPartition[]): Promise<void> {
    this.assignment = [];
    return this.#tell('lost', partitions);
  }

  failed(error: ConnectError): void {
    this.events.push(`failed ${error.code} ${error.message}`);
    for (const wake of this.#waiters) wake();
  }

  /**
   * Resolves when `condition` holds, which is looked at after each event.
   *
   * @throws {Error} when it does not within `timeoutMs`, with the events so far.
   */
  async until(condition: (watch: this) => boolean, timeoutMs = 30_000): Promise<void> {
    const signal = AbortSignal.timeout(timeoutMs);
    while (!condition(this)) {
      if (signal.aborted) throw new Error(`Not within ${timeoutMs} ms; events: ${this.events.join('; ')}`);
      await new Promise<void>(resolve => {
        const wake = (): void => {
          this.#waiters.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        this.#waiters.add(wake);
        signal.addEventListener('abort', wake, { once: true });
      });
    }
  }

  #tell(what: string, partitions: readonly TopicPartition[]): Promise<void> {
    this.events.push([what, ...partitions.map(one => one.partition)].join(' '));
    for (const wake of [...this.#waiters]) wake();
    return Promise.resolve();
  }
}
