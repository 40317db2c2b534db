import { createDeferred } from '../../src/async/deferred.ts';
import type { ConsumerGroup, ConsumerGroupEvents } from '../../src/kafka/consumer-group.ts';

/** A group that takes every commit and in which nothing happens but what the test tells through `events`, there once it is started. */
export function openQuietGroup(): { readonly group: ConsumerGroup; readonly events: Promise<ConsumerGroupEvents> } {
  const events = createDeferred<ConsumerGroupEvents>();
  const group: ConsumerGroup = {
    memberId: 'm',
    generation: 1,
    start: async its => events.resolve(its),
    commit: async () => undefined,
    close: async () => undefined,
  };
  return { group, events: events.promise };
}
