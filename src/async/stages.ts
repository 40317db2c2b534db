import type { Clock } from './clock.ts';

/** Something that is being done, or was done last. Times are milliseconds since the epoch. */
export interface Stage {
  /** What, so that it can follow "is currently": `reading the config topic`. */
  readonly description: string;
  readonly startedAtMs: number;
  /** Null while it is under way. */
  readonly endedAtMs: number | null;
}

/**
 * What somebody is doing, for whoever waits for it in vain. One stage at a time: the next one takes the place of the last.
 *
 * @see `TemporaryStage` in Kafka Connect.
 */
export class Stages {
  readonly #clock: Clock;
  #current: Stage | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What is being done, or was done last; null before anything was. */
  get current(): Stage | null {
    return this.#current;
  }

  /** The same as a sentence, in Kafka Connect's words; empty before anything was done. */
  get text(): string {
    if (this.#current === null) return '';
    const { description, startedAtMs, endedAtMs } = this.#current;
    const began = new Date(startedAtMs).toISOString();
    if (endedAtMs === null) return `The worker is currently ${description}, which began at ${began}`;
    const ended = new Date(endedAtMs).toISOString();
    return `The last operation the worker completed was ${description}, which began at ${began} and completed at ${ended}`;
  }

  /** A stage begins. @returns what ends it, unless another has taken its place. */
  begin(description: string): () => void {
    const stage: Stage = { description, startedAtMs: this.#clock.nowMs(), endedAtMs: null };
    this.#current = stage;
    return () => {
      if (this.#current === stage) this.#current = { ...stage, endedAtMs: this.#clock.nowMs() };
    };
  }

  /** Settles as `action` does; until then this is what is being done. */
  async during<T>(description: string, action: () => Promise<T>): Promise<T> {
    const end = this.begin(description);
    try {
      return await action();
    } finally {
      end();
    }
  }
}
