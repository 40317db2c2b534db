import type { Clock } from '../async/clock.ts';
import type { ConnectorTaskId } from '../data/connector-task-id.ts';
import type { Logger } from '../logging/logger.ts';
import type { StatusStore } from '../storage/status-store.ts';

/** Where active topics are kept, as far as tasks need it. */
export type ActiveTopicStore = Pick<StatusStore, 'putActiveTopic' | 'topicResets'>;

/** Hears which topics a task uses. */
export interface TopicTracker {
  /** Rises when topics are to be noted anew. */
  readonly resets: number;
  /** The task uses this topic; cheap if that was noted already. */
  note(topic: string): void;
}

/** For a worker that does not track topics (`topic.tracking.enable`). */
export const noTopicTracker: TopicTracker = { resets: 0, note: () => undefined };

/** Notes each topic that a task uses, once until the active topics are reset (KIP-558). */
export class ActiveTopics implements TopicTracker {
  readonly #options: {
    readonly id: ConnectorTaskId;
    readonly store: ActiveTopicStore;
    readonly clock: Clock;
    readonly log: Logger;
  };
  readonly #noted = new Set<string>();
  #resets: number;

  constructor(options: {
    readonly id: ConnectorTaskId;
    readonly store: ActiveTopicStore;
    readonly clock: Clock;
    readonly log: Logger;
  }) {
    this.#options = options;
    this.#resets = options.store.topicResets;
  }

  get resets(): number {
    return this.#options.store.topicResets;
  }

  note(topic: string): void {
    const { id, store, clock, log } = this.#options;
    if (this.#resets !== store.topicResets) {
      this.#resets = store.topicResets;
      this.#noted.clear();
    }
    if (this.#noted.has(topic)) return;
    this.#noted.add(topic);
    const status = { topic, connector: id.connector, task: id.task, discoveredAtMs: clock.nowMs() };
    // Which topics are used is for people to look at: no task fails for it.
    store.putActiveTopic(status).catch((err: unknown) => log.warn({ err, topic }, 'An active topic was not recorded'));
  }
}
