import { ConnectError } from '../errors/connect-error.ts';
import type { StatusStore } from '../storage/status-store.ts';

/** What topic tracking needs. */
export interface TopicTrackingOptions {
  readonly statuses: StatusStore;
  /** `topic.tracking.enable` */
  readonly isEnabled: boolean;
  /** `topic.tracking.allow.reset` */
  readonly isResetAllowed: boolean;
}

/** The topics that connectors were seen to use (KIP-558), as any worker answers for them. */
export class TopicTracking {
  readonly #options: TopicTrackingOptions;

  constructor(options: TopicTrackingOptions) {
    this.#options = options;
  }

  /**
   * Active topics of a connector, sorted, as they are in the whole cluster at the time of the call; none of one that does not exist.
   *
   * @throws {ConnectError} TOPIC_TRACKING_DISABLED; the signal's reason.
   */
  async topics(connector: string, signal: AbortSignal): Promise<readonly string[]> {
    this.#requireEnabled();
    const { statuses } = this.#options;
    await statuses.refresh(signal);
    return statuses.activeTopics(connector).map(({ topic }) => topic);
  }

  /** Forgets them; a topic that is still in use comes back. @throws {ConnectError} TOPIC_TRACKING_DISABLED */
  async reset(connector: string): Promise<void> {
    this.#requireEnabled();
    if (!this.#options.isResetAllowed)
      throw disabled('Topic tracking reset is disabled.', 'topic.tracking.allow.reset');
    await this.#options.statuses.resetActiveTopics(connector);
  }

  #requireEnabled(): void {
    if (!this.#options.isEnabled) throw disabled('Topic tracking is disabled.', 'topic.tracking.enable');
  }
}

function disabled(message: string, key: string): ConnectError {
  return new ConnectError('TOPIC_TRACKING_DISABLED', message, { details: { key } });
}
