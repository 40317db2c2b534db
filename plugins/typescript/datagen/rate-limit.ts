import type { Clock } from '../../../src/sdk/index.ts';

/** How many records are due at a rate. What could not be made for a while is made up for one second at most. */
export class RateLimit {
  readonly #ratePerSecond: number;
  readonly #clock: Clock;
  #startMs: number;
  #made = 0;

  /** @param ratePerSecond 0 for no limit. */
  constructor(ratePerSecond: number, clock: Clock) {
    this.#ratePerSecond = ratePerSecond;
    this.#clock = clock;
    this.#startMs = clock.monotonicMs();
  }

  /** Records that are due now; Infinity without limit. */
  due(): number {
    if (this.#ratePerSecond === 0) return Number.POSITIVE_INFINITY;
    const elapsedMs = this.#clock.monotonicMs() - this.#startMs;
    const due = Math.floor((elapsedMs * this.#ratePerSecond) / 1000) - this.#made;
    const most = Math.max(1, Math.ceil(this.#ratePerSecond));
    if (due <= most) return due;
    this.#made += due - most;
    return most;
  }

  /** Time until the next record is due. */
  waitMs(): number {
    const nextMs = this.#startMs + ((this.#made + 1) * 1000) / this.#ratePerSecond;
    return Math.max(0, nextMs - this.#clock.monotonicMs());
  }

  /** Notes records that were made. */
  made(records: number): void {
    this.#made += records;
    // Starts over now and then, so that the numbers stay small and exact.
    if (this.#made < 1_000_000_000 || this.#ratePerSecond === 0) return;
    this.#startMs += (this.#made * 1000) / this.#ratePerSecond;
    this.#made = 0;
  }
}
