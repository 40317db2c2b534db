import type { Clock, Timer } from '../async/clock.ts';
import { withDeadline } from '../async/deadline.ts';
import { createDeferred, type Deferred } from '../async/deferred.ts';
import { ConnectError, messageOf } from '../errors/connect-error.ts';
import { nameOf } from '../kafka/record-fetcher.ts';
import type { Logger } from '../logging/logger.ts';
import type { SinkDeliveries } from './sink-deliveries.ts';
import type { SinkSubscription } from './sink-subscription.ts';

/** What committing a sink task's offsets needs. */
export interface SinkCommitsOptions {
  readonly deliveries: SinkDeliveries;
  readonly subscription: SinkSubscription;
  /** False if the sink keeps its offsets itself: then it is flushed, but nothing is committed. */
  readonly isCommitting: boolean;
  /** Asks the plugin to make all it holds durable, and to answer with this id. */
  readonly requestFlush: (flushId: number) => void;
  /** `offset.flush.interval.ms` */
  readonly intervalMs: number;
  /** `offset.flush.timeout.ms`, of the plugin's flush and of the commit each. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

type FlushOutcome = 'flushed' | 'late' | 'abandoned';

/** Commits a sink task's offsets, regularly and on demand, one commit at a time; never above what is durable (I5). */
export class SinkCommits {
  readonly #options: SinkCommitsOptions;
  readonly #committed = new Map<string, number>();
  #lastFlushId = 0;
  #flush: { readonly id: number; readonly done: Deferred<FlushOutcome> } | null = null;
  #timer: Timer | null = null;
  #running: Promise<void> | null = null;
  /** The commit request under way. */
  #request: Promise<void> | null = null;
  #isStopped = false;
  #isAbandoned = false;

  constructor(options: SinkCommitsOptions) {
    this.#options = options;
  }

  /** Commits every `offset.flush.interval.ms` (fixed delay) until {@link stop}. */
  start(): void {
    this.#arm(this.#options.intervalMs);
  }

  /** Commits soon. */
  request(): void {
    this.#arm(0);
  }

  /** No more regular commits. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  /** The plugin is gone: nothing more is asked of it, nor waited for. */
  abandonFlush(): void {
    this.#isAbandoned = true;
    this.#flush?.done.resolve('abandoned');
  }

  /** The plugin answered a flush. */
  flushed(flushId: number): void {
    if (this.#flush?.id === flushId) this.#flush.done.resolve('flushed');
  }

  /** Flushes the plugin and commits what is durable then. Never rejects: what could not be committed is, by a later commit. */
  async commit(): Promise<void> {
    while (this.#running !== null) await this.#running;
    this.#running = this.#flushAndCommit();
    try {
      await this.#running;
    } finally {
      this.#running = null;
    }
  }

  /**
   * Commits what is durable, without asking the plugin, which may be gone. Never rejects, and waits no longer than the timeout: a
   * commit that takes longer goes on by itself.
   */
  async commitDurable(): Promise<void> {
    const { isCommitting, timeoutMs, clock, log } = this.#options;
    if (!isCommitting) return;
    const onTimeout = (): Error => new ConnectError('OFFSET_FLUSH_FAILED', `Not committed within ${timeoutMs} ms`);
    try {
      await withDeadline(clock, { timeoutMs, onTimeout }, this.#commitInTurn());
    } catch (error) {
      log.warn({ cause: messageOf(error) }, 'Commit of offsets failed; will try again at the next one');
    }
  }

  /** One request at a time, also where nobody waits for an earlier one any more: a late one must not set offsets back. */
  async #commitInTurn(): Promise<void> {
    while (this.#request !== null) await this.#request.catch(() => undefined); // its own caller was told
    this.#request = this.#commitChanged();
    try {
      await this.#request;
    } finally {
      this.#request = null;
    }
  }

  async #commitChanged(): Promise<void> {
    const { deliveries, subscription } = this.#options;
    const changed = deliveries
      .committable()
      .filter(each => subscription.owns(each) && this.#committed.get(nameOf(each)) !== each.offset);
    if (changed.length === 0) return;
    await subscription.commit(changed);
    for (const each of changed) this.#committed.set(nameOf(each), each.offset);
  }

  async #flushAndCommit(): Promise<void> {
    const { deliveries, requestFlush, timeoutMs, clock, log } = this.#options;
    if (!deliveries.isEmpty && !this.#isAbandoned) {
      const id = (this.#lastFlushId += 1);
      const done = createDeferred<FlushOutcome>();
      this.#flush = { id, done };
      requestFlush(id);
      const timeout = clock.after(timeoutMs, () => done.resolve('late'));
      const outcome = await done.promise;
      if (outcome === 'late') log.warn({ timeoutMs }, 'The sink did not flush in time');
      timeout.cancel();
      this.#flush = null;
    }
    await this.commitDurable();
  }

  #arm(delayMs: number): void {
    if (this.#isStopped) return;
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(delayMs, () => {
      void this.commit().then(() => this.#arm(this.#options.intervalMs));
    });
  }
}
