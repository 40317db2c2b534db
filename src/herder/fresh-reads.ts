import type { Clock } from '../async/clock.ts';
import { withTimeLimit } from '../async/time-limit.ts';
import { ConnectError, messageOf } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import type { ConfigStore } from '../storage/config-store.ts';
import type { StatusStore } from '../storage/status-store.ts';
import type { Outage } from './outage.ts';

/** How long a read waits to learn what others have written, ms, before it tells what is known. */
const catchUpTimeoutMs = 5000;
/** The same for a topic that could not be read when it was last tried: operators ask again and again while a broker is away. */
const catchUpAgainTimeoutMs = 500;

/**
 * Has reads of this worker show what was answered for on any other (D9). Where an internal topic cannot be read, operators are told what
 * this worker knows: that is when they ask.
 */
export class FreshReads {
  readonly #options: {
    readonly configs: Pick<ConfigStore, 'refresh'>;
    readonly statuses: Pick<StatusStore, 'refresh'>;
    readonly clock: Clock;
    readonly log: Logger;
  };
  #outage: Outage | null = null;
  /** The last try of the config topic was in vain. */
  #areConfigsAway = false;

  constructor(options: {
    readonly configs: Pick<ConfigStore, 'refresh'>;
    readonly statuses: Pick<StatusStore, 'refresh'>;
    readonly clock: Clock;
    readonly log: Logger;
  }) {
    this.#options = options;
  }

  /** Set while the status topic could not be read when it was last tried. */
  get outage(): Outage | null {
    return this.#outage;
  }

  /** Resolves when this worker has read what was configured at the time of the call. @throws the signal's reason. */
  async configs(signal: AbortSignal): Promise<void> {
    const timeoutMs = this.#areConfigsAway ? catchUpAgainTimeoutMs : catchUpTimeoutMs;
    this.#areConfigsAway = !(await this.#catchUp(signal, timeoutMs, late => this.#options.configs.refresh(late)));
  }

  /** As {@link configs}, and the states too. */
  async all(signal: AbortSignal): Promise<void> {
    await Promise.all([this.configs(signal), this.#statuses(signal)]);
  }

  async #statuses(signal: AbortSignal): Promise<void> {
    const sinceMs = this.#options.clock.nowMs();
    const timeoutMs = this.#outage === null ? catchUpTimeoutMs : catchUpAgainTimeoutMs;
    const isRead = await this.#catchUp(signal, timeoutMs, late => this.#options.statuses.refresh(late));
    this.#outage = isRead ? null : (this.#outage ?? { sinceMs, description: 'The status topic cannot be read' });
  }

  /** @returns whether it has caught up. */
  async #catchUp(
    signal: AbortSignal,
    timeoutMs: number,
    refresh: (signal: AbortSignal) => Promise<void>,
  ): Promise<boolean> {
    const { clock, log } = this.#options;
    const onTimeout = (): Error =>
      new ConnectError('DEADLINE_EXCEEDED', `An internal topic was not read within ${timeoutMs} ms`);
    try {
      await withTimeLimit(clock, { timeoutMs, onTimeout, signal }, refresh);
      return true;
    } catch (error) {
      signal.throwIfAborted();
      log.warn({ cause: messageOf(error) }, 'A read tells what this worker knows; others may have written more');
      return false;
    }
  }
}
