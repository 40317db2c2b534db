/** Who wants to hear of something. */
export class Listeners<T> {
  readonly #listeners = new Set<(value: T) => void>();

  /** Calls `listener` at each {@link tell}. @returns ends that; idempotent. */
  add(listener: (value: T) => void): () => void {
    // One of its own, so that a listener that is added twice is told twice.
    const own = (value: T): void => listener(value);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** Tells all that listen now. What one throws is thrown here. */
  tell(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }
}
