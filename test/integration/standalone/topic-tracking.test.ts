import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { uniqueName } from '../../support/fill-topic.ts';
import { refusalOf } from '../../support/grpc-refusal.ts';
import { StandaloneFixture, until } from '../../support/standalone-fixture.ts';
import type { StandaloneWorker } from '../../support/standalone-worker.ts';

/** Active topics once there are as many. */
const awaitTopics = (worker: StandaloneWorker, name: string, count: number): Promise<readonly unknown[]> =>
  until(`${count} topics of '${name}'`, async () => {
    const answer = await worker.call('Connectors/GetTopics', { name });
    const topics =
      typeof answer === 'object' && answer !== null && 'topics' in answer && Array.isArray(answer.topics)
        ? answer.topics
        : [];
    return topics.length === count ? topics : undefined;
  });

describe('topic tracking of a standalone worker', () => {
  test('names the topics that tasks use, forgets them on request, and names those again that stay in use', async t => {
    const fixture = await StandaloneFixture.open(t);
    const worker = await fixture.start();
    const [topic, name, sink] = [uniqueName('tracked'), uniqueName('source'), uniqueName('sink')];
    const renamed = `${topic}-renamed`;
    const rename = {
      transforms: 'r',
      'transforms.r.type': 'org.apache.kafka.connect.transforms.RegexRouter',
      'transforms.r.regex': '.*',
      'transforms.r.replacement': renamed,
    };

    await worker.create(name, { 'connector.class': 'Datagen', topic, rate: '50' });
    await worker.create(sink, {
      'connector.class': 'FileStreamSink',
      file: fixture.folder.file('out'),
      topics: topic,
      ...rename,
    });
    const written = await awaitTopics(worker, name, 1);
    const read = await awaitTopics(worker, sink, 1);
    await worker.call('Connectors/ResetTopics', { name });
    const again = await awaitTopics(worker, name, 1);
    await worker.call('Connectors/PatchConfig', { name, set: rename });
    const both = await awaitTopics(worker, name, 2);
    await worker.call('Connectors/Stop', { name });
    await worker.call('Connectors/ResetTopics', { name });
    const none = await awaitTopics(worker, name, 0);
    await worker.call('Connectors/Delete', { name: sink });
    const ofDeleted = await awaitTopics(worker, sink, 0);

    assert.deepEqual([written, read, again, both], [[topic], [topic], [topic], [topic, renamed]]);
    assert.deepEqual([none, ofDeleted], [[], []]);
  });

  test('is refused where the worker has it switched off', async t => {
    const fixture = await StandaloneFixture.open(t);
    const worker = await fixture.start({ settings: { 'topic.tracking.enable': 'false' } });

    for (const method of ['GetTopics', 'ResetTopics']) {
      const refused = await refusalOf(worker.call(`Connectors/${method}`, { name: 'c' }));

      assert.deepEqual(
        [refused.status, refused.code, refused.message],
        ['FAILED_PRECONDITION', 'TOPIC_TRACKING_DISABLED', 'Topic tracking is disabled.'],
      );
    }
  });
});
