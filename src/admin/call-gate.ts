import type { Clock } from '../async/clock.ts';
import { createDeferred, type Deferred } from '../async/deferred.ts';
import { ConnectError } from '../errors/connect-error.ts';
import type { Herder } from '../herder/herder.ts';

/** Which calls a {@link CallGate} lets in beside those to a worker that is ready. */
export type Entry =
  /** Only while the worker is ready. */
  | 'ready'
  /** Also while it starts: what it answers does not depend on what is read then. */
  | 'starting'
  /** From another worker, which learns who leads sooner than this one may be ready. */
  | 'internal';

/**
 * The one point that every admin call passes before it is served: it tells a worker that starts or stops from one that is ready, and
 * counts what runs, for the drain.
 */
export class CallGate {
  readonly #herder: Pick<Herder, 'readiness' | 'stageText'>;
  readonly #clock: Clock;
  readonly #draining = new AbortController();
  #running = 0;
  #idle: Deferred<undefined> | null = null;

  constructor(options: {
    readonly herder: Pick<Herder, 'readiness' | 'stageText' | 'onReadiness'>;
    readonly clock: Clock;
  }) {
    const { herder } = options;
    this.#herder = herder;
    this.#clock = options.clock;
    herder.onReadiness(() => {
      if (herder.readiness === 'ended') this.#draining.abort(shuttingDown());
    });
  }

  /** Aborts when the drain begins or the herder ends, with the error that then ends calls which end by nothing else. */
  get draining(): AbortSignal {
    return this.#draining.signal;
  }

  /**
   * Lets a call in.
   *
   * @returns to be called once when it has ended.
   * @throws {ConnectError} WORKER_STARTING, SHUTTING_DOWN; for another worker GROUP_REBALANCE instead, since it is about to join a
   * round in which this one is missing, and may ask again after it.
   */
  enter(entry: Entry): () => void {
    const isEnding = this.#draining.signal.aborted || this.#herder.readiness === 'ended';
    if (isEnding) {
      if (entry !== 'internal') throw shuttingDown();
      throw new ConnectError('GROUP_REBALANCE', 'The worker is shutting down, and its group is about to rebalance');
    }
    if (entry === 'ready' && this.#herder.readiness === 'starting') {
      const { stageText } = this.#herder;
      const text = 'Worker is still starting up.';
      throw new ConnectError('WORKER_STARTING', stageText === '' ? text : `${text} ${stageText}`);
    }
    this.#running += 1;
    return () => {
      this.#running -= 1;
      if (this.#running === 0) this.#idle?.resolve(undefined);
    };
  }

  /** Lets no more calls in; resolves when those inside have ended, at the latest after `timeoutMs`. */
  async drain(timeoutMs: number): Promise<void> {
    this.#draining.abort(shuttingDown());
    if (this.#running === 0) return;
    this.#idle ??= createDeferred<undefined>();
    const timer = this.#clock.after(timeoutMs, () => this.#idle?.resolve(undefined));
    await this.#idle.promise;
    timer.cancel();
  }
}

function shuttingDown(): ConnectError {
  return new ConnectError('SHUTTING_DOWN', 'The worker is shutting down');
}
