import { abortable } from '../async/abortable.ts';
import { createDeferred, type Deferred } from '../async/deferred.ts';
import type { Stages } from '../async/stages.ts';
import { ConnectError, toConnectError } from '../errors/connect-error.ts';
import { timedOut } from './timed-out.ts';

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
  readonly #stages: Stages;
  readonly #onSubmit: () => void;
  readonly #requestsMax: number;
  readonly #waiting: QueuedRequest[] = [];
  #closed: ConnectError | null = null;

  /** @param options `stages`: what the worker is doing; `onSubmit` wakes the tick. */
  constructor(options: { readonly stages: Stages; readonly onSubmit: () => void; readonly requestsMax?: number }) {
    this.#stages = options.stages;
    this.#onSubmit = options.onSubmit;
    this.#requestsMax = options.requestsMax ?? 10_000;
  }

  /** What requests are refused with that were not begun when the queue was closed, and all later ones; null while it is open. */
  get closed(): ConnectError | null {
    return this.#closed;
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
        this.#stages.during(stage, action).then(
          result => answer.resolve(result),
          (error: unknown) => answer.reject(toConnectError(error)),
        ),
      reject: error => answer.reject(error),
    });
    this.#onSubmit();
    return abortable(answer.promise, signal, () => timedOut(this.#stages));
  }

  /** Does what waits, one after the other, for as long as `mayGoOn`. */
  async drain(mayGoOn: () => boolean): Promise<void> {
    while (mayGoOn()) {
      const request = this.#waiting.shift();
      if (request === undefined) return;
      if (!request.signal.aborted) await request.run();
    }
  }

  /** Takes no more requests, and refuses those that wait. Idempotent. */
  close(reason: ConnectError): void {
    this.#closed ??= reason;
    for (const request of this.#waiting.splice(0)) request.reject(reason);
  }
}
