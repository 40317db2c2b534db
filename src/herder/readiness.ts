/** How far a worker is: it starts, serves, and ends, in this order. */
export type Readiness = 'starting' | 'ready' | 'ended';

/** A worker's {@link Readiness}, and who wants to know of it. */
export class ReadinessState {
  readonly #listeners = new Set<() => void>();
  #current: Readiness = 'starting';

  get current(): Readiness {
    return this.#current;
  }

  /** Calls `listener` after each change. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Goes on to another state; what has ended stays so. */
  set(next: Readiness): void {
    if (this.#current === next || this.#current === 'ended') return;
    this.#current = next;
    for (const listener of this.#listeners) listener();
  }
}
