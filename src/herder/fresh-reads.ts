import type { Clock } from '../async/clock.ts';
import { ConnectError, messageOf } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import type { ConfigStore } from '../storage/config-store.ts';
import type { StatusStore } from '../storage/status-store.ts';

/** How long a read waits to learn what others have written, ms, before it tells what is known. */
const catchUpTimeoutMs = 5000;

/**
 * Has reads of this worker show what was answered for on any other (D9). Where an internal topic cannot be read, operators are told what
 * this worker knows: that is when they ask.
 */
export class FreshReads {
  readonly #options: {
    readonly configs: ConfigStore;
    readonly statuses: StatusStore;
    readonly clock: Clock;
    readonly log: Logger;
  };

  constructor(options: {
    readonly configs: ConfigStore;
    readonly statuses: StatusStore;
    readonly clock: Clock;
    readonly log: Logger;
  }) {
    this.#options = options;
  }

  /** Resolves when this worker has read what was configured at the time of the call. @throws the signal's reason. */
  configs(signal: AbortSignal): Promise<void> {
    return this.#catchUp(signal, late => this.#options.configs.refresh(late));
  }

  /** As {@link configs}, and the states too. */
  async all(signal: AbortSignal): Promise<void> {
    const statuses = this.#catchUp(signal, late => this.#options.statuses.refresh(late));
    await Promise.all([this.configs(signal), statuses]);
  }

  async #catchUp(signal: AbortSignal, refresh: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { clock, log } = this.#options;
    const late = new AbortController();
    const timer = clock.after(catchUpTimeoutMs, () =>
      late.abort(new ConnectError('DEADLINE_EXCEEDED', `An internal topic was not read within ${catchUpTimeoutMs} ms`)),
    );
    try {
      await refresh(AbortSignal.any([signal, late.signal]));
    } catch (error) {
      signal.throwIfAborted();
      log.warn({ cause: messageOf(error) }, 'A read tells what this worker knows; others may have written more');
    } finally {
      timer.cancel();
    }
  }
}
