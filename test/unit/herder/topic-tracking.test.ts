import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TopicTracking } from '../../../src/herder/topic-tracking.ts';
import { MemoryStatusStore } from '../../../src/storage/memory-status-store.ts';

const signal = new AbortController().signal;

async function trackingOf(
  rules: { readonly isEnabled?: boolean; readonly isResetAllowed?: boolean } = {},
): Promise<TopicTracking> {
  const statuses = new MemoryStatusStore();
  for (const topic of ['b', 'a']) await statuses.putActiveTopic({ topic, connector: 'c', task: 0, discoveredAtMs: 1 });
  return new TopicTracking({ statuses, isEnabled: true, isResetAllowed: true, ...rules });
}

describe('topic tracking', () => {
  test('answers the topics of a connector, and none of one that nobody knows', async () => {
    const tracking = await trackingOf();

    assert.deepEqual([await tracking.topics('c', signal), await tracking.topics('d', signal)], [['a', 'b'], []]);
  });

  test('answers what was seen in the whole cluster at the time of the call', async () => {
    const statuses = new MemoryStatusStore();
    const refresh = (): Promise<void> =>
      statuses.putActiveTopic({ topic: 'seen elsewhere', connector: 'c', task: 0, discoveredAtMs: 1 });
    const tracking = new TopicTracking({
      statuses: Object.assign(statuses, { refresh }),
      isEnabled: true,
      isResetAllowed: false,
    });

    assert.deepEqual(await tracking.topics('c', signal), ['seen elsewhere']);
  });

  test('forgets the topics of a connector, twice if asked twice', async () => {
    const tracking = await trackingOf();

    await tracking.reset('c');
    await tracking.reset('c');

    assert.deepEqual(await tracking.topics('c', signal), []);
  });

  test('answers nothing where it is switched off', async () => {
    const tracking = await trackingOf({ isEnabled: false });
    const refused = { code: 'TOPIC_TRACKING_DISABLED', message: 'Topic tracking is disabled.' };

    await assert.rejects(tracking.topics('c', signal), refused);
    await assert.rejects(tracking.reset('c'), refused);
  });

  test('forgets nothing where resets are switched off', async () => {
    const tracking = await trackingOf({ isResetAllowed: false });

    await assert.rejects(tracking.reset('c'), {
      code: 'TOPIC_TRACKING_DISABLED',
      message: 'Topic tracking reset is disabled.',
    });
    assert.deepEqual(await tracking.topics('c', signal), ['a', 'b']);
  });
});
