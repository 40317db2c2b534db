import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import type { TopicStatus } from '../../../src/storage/status-store.ts';
import { ActiveTopics } from '../../../src/worker/active-topics.ts';
import { ManualClock } from '../../support/manual-clock.ts';

function startTracking() {
  const put: TopicStatus[] = [];
  const store = {
    topicResets: 0,
    failure: null as Error | null,
    putActiveTopic: async (status: TopicStatus) => {
      put.push(status);
      if (store.failure !== null) throw store.failure;
    },
  };
  const clock = new ManualClock();
  const tracker = new ActiveTopics({ id: { connector: 'c', task: 2 }, store, clock, log: createSilentLogger() });
  return { put, store, tracker, nowMs: clock.nowMs() };
}

describe('active topics', () => {
  test('are put once each, with the task that uses them', () => {
    const { put, tracker, nowMs } = startTracking();

    for (const topic of ['a', 'b', 'a']) tracker.note(topic);

    assert.deepEqual(put, [
      { topic: 'a', connector: 'c', task: 2, discoveredAtMs: nowMs },
      { topic: 'b', connector: 'c', task: 2, discoveredAtMs: nowMs },
    ]);
  });

  test('are put again after a reset', () => {
    const { put, store, tracker } = startTracking();
    tracker.note('a');

    store.topicResets = 1;
    for (const topic of ['a', 'a']) tracker.note(topic);

    assert.deepEqual([put.length, tracker.resets], [2, 1]);
  });

  test('that cannot be put fail no one', async () => {
    const { put, store, tracker } = startTracking();
    store.failure = new Error('no broker');

    tracker.note('a');
    await Promise.resolve();

    assert.equal(put.length, 1);
  });
});
