import { ConnectError } from '../errors/connect-error.ts';

/**
 * A single writer: actions run one after the other, in the order they were submitted, so state that only they touch needs no
 * lock. Bounded (I7).
 */
export class SerialLoop {
  readonly #name: string;
  readonly #maxPending: number;
  #pending = 0;
  #tail: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(name: string, maxPending = 10_000) {
    this.#name = name;
    this.#maxPending = maxPending;
  }

  /**
   * Runs `action` after all that were submitted before it, and settles as it does.
   *
   * @throws {ConnectError} QUEUE_FULL, or SHUTTING_DOWN after {@link close}.
   */
  async run<T>(action: () => Promise<T> | T): Promise<T> {
    if (this.#closed) throw new ConnectError('SHUTTING_DOWN', `The ${this.#name} is shutting down`);
    if (this.#pending >= this.#maxPending) {
      throw new ConnectError('QUEUE_FULL', `The ${this.#name} has ${this.#pending} requests waiting; try again later`);
    }
    this.#pending += 1;
    const result = this.#tail.then(action);
    this.#tail = result.then(
      () => (this.#pending -= 1),
      () => (this.#pending -= 1),
    );
    return result;
  }

  /** Takes no more actions; resolves when those submitted before have ended. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#tail;
  }
}
