import type { Clock, Timer } from '../async/clock.ts';

/** Longest silence that a plugin may announce, ms. */
const quietMaxMs = 60 * 60 * 1000;

/**
 * Tells when a plugin has been silent for too long. Time in which this process did not run (a blocked loop, a stopped or
 * suspended machine) does not count: the plugin's messages may be waiting unread.
 */
export class SilenceWatch {
  readonly #clock: Clock;
  readonly #deadAfterMs: number;
  readonly #tickMs: number;
  readonly #onSilent: (silentMs: number) => void;
  #timer: Timer | undefined;
  #silentMs = 0;
  #limitMs: number;

  /** @param onSilent called at most once. */
  constructor(options: {
    readonly clock: Clock;
    readonly deadAfterMs: number;
    readonly onSilent: (silentMs: number) => void;
  }) {
    this.#clock = options.clock;
    this.#deadAfterMs = options.deadAfterMs;
    this.#limitMs = options.deadAfterMs;
    this.#tickMs = Math.min(1000, Math.max(10, options.deadAfterMs / 8));
    this.#onSilent = options.onSilent;
    this.#arm();
  }

  /** The plugin gave a sign of life. `quietForMs`: it announced that much silence, which holds until the next sign. */
  sign(quietForMs = 0): void {
    this.#silentMs = 0;
    this.#limitMs = Math.max(this.#deadAfterMs, Math.min(quietForMs, quietMaxMs));
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #arm(): void {
    const armedMs = this.#clock.monotonicMs();
    this.#timer = this.#clock.after(this.#tickMs, () => {
      const elapsedMs = this.#clock.monotonicMs() - armedMs;
      this.#silentMs += Math.min(elapsedMs, 2 * this.#tickMs);
      if (this.#silentMs >= this.#limitMs) this.#onSilent(Math.round(this.#silentMs));
      else this.#arm();
    });
  }
}
