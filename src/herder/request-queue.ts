import { abortable } from '../async/abortable.ts';
import type { Clock } from '../async/clock.ts';
import { createDeferred, type Deferred } from '../async/deferred.ts';
import { ConnectError, toConnectError } from '../errors/connect-error.ts';

/** What a worker does, for whoever waits for it. */
interface Stage {
  readonly description: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
}

interface QueuedRequest {
  readonly signal: AbortSignal;
  run(): Promise<void>;
  reject(error: Error): void;
}

/**
 * Requests that wait for the herder's tick, in the order in which they came. Each waits no longer than its caller's signal lets it,
 * and tells then what kept it. Bounded (I7).
 */
export class RequestQueue {
  readonly #clock: Clock;
  readonly #onSubmit: () => void;
  readonly #requestsMax: number;
  readonly #waiting: QueuedRequest[] = [];
  #stage: Stage | null = null;
  #closed: ConnectError | null = null;

  /** @param options `onSubmit` wakes the tick. */
  constructor(options: { readonly clock: Clock; readonly onSubmit: () => void; readonly requestsMax?: number }) {
    this.#clock = options.clock;
    this.#onSubmit = options.onSubmit;
    this.#requestsMax = options.requestsMax ?? 10_000;
  }

  /** What the worker is doing or did last, as a sentence; empty before it did anything. */
  get stageText(): string {
    if (this.#stage === null) return '';
    const { description, startedAtMs, endedAtMs } = this.#stage;
    const began = new Date(startedAtMs).toISOString();
    if (endedAtMs === null) return `The worker is currently ${description}, which began at ${began}`;
    const ended = new Date(endedAtMs).toISOString();
    return `The last operation the worker completed was ${description}, which began at ${began} and completed at ${ended}`;
  }

  /**
   * Has the tick do `action`, and settles as it does. An action whose signal aborted before its turn is never begun.
   *
   * @throws {ConnectError} DEADLINE_EXCEEDED with the stage, QUEUE_FULL, SHUTTING_DOWN.
   */
  submit<T>(stage: string, action: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.#closed !== null) return Promise.reject(this.#closed);
    if (this.#waiting.length >= this.#requestsMax) {
      return Promise.reject(
        new ConnectError('QUEUE_FULL', `The herder has ${this.#waiting.length} requests waiting; try again later`),
      );
    }
    const answer: Deferred<T> = createDeferred<T>();
    this.#waiting.push({
      signal,
      run: () =>
        this.during(stage, action).then(
          result => answer.resolve(result),
          (error: unknown) => answer.reject(toConnectError(error)),
        ),
      reject: error => answer.reject(error),
    });
    this.#onSubmit();
    return abortable(answer.promise, signal, () => this.#timedOut());
  }

  /** Does what waits, one after the other, for as long as `mayGoOn`. */
  async drain(mayGoOn: () => boolean): Promise<void> {
    while (mayGoOn()) {
      const request = this.#waiting.shift();
      if (request === undefined) return;
      if (!request.signal.aborted) await request.run();
    }
  }

  /** Runs `action` with `stage` as what the worker is doing. */
  async during<T>(stage: string, action: () => Promise<T>): Promise<T> {
    const startedAtMs = this.#clock.nowMs();
    this.#stage = { description: stage, startedAtMs, endedAtMs: null };
    try {
      return await action();
    } finally {
      this.#stage = { description: stage, startedAtMs, endedAtMs: this.#clock.nowMs() };
    }
  }

  /** Takes no more requests, and refuses those that wait. Idempotent. */
  close(reason: ConnectError): void {
    this.#closed ??= reason;
    for (const request of this.#waiting.splice(0)) request.reject(reason);
  }

  #timedOut(): ConnectError {
    const stage = this.stageText;
    return new ConnectError('DEADLINE_EXCEEDED', stage === '' ? 'Request timed out' : `Request timed out. ${stage}`);
  }
}
