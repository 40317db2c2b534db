import { createDeferred, type Deferred } from './deferred.ts';

/** A bell that one waiter listens to: {@link ring} wakes it, now or at its next {@link wait}. */
export class Bell {
  #rung = false;
  #waiter: Deferred<undefined> | null = null;

  /** Wakes the waiter; rings before it waits count once. */
  ring(): void {
    this.#rung = true;
    this.#waiter?.resolve(undefined);
  }

  /** Resolves at the next ring, or at once if it rang since the last wait. */
  async wait(): Promise<void> {
    if (!this.#rung) {
      this.#waiter = createDeferred<undefined>();
      await this.#waiter.promise;
      this.#waiter = null;
    }
    this.#rung = false;
  }
}
