import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SystemClock } from '../../../src/async/clock.ts';
import { createConsumerGroup } from '../../../src/kafka/kafka-consumer-group.ts';
import { createRecordFetcher } from '../../../src/kafka/kafka-record-fetcher.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { fetchRecords } from '../../support/fetch-records.ts';
import { createFilledTopic, fillTopic, uniqueName } from '../../support/fill-topic.ts';
import { GroupWatch } from '../../support/group-watch.ts';
import { PrivateBroker } from '../../support/private-broker.ts';

describe('consumer', () => {
  test('survives that its broker is killed and comes back: membership, offsets and records', async t => {
    const broker = await PrivateBroker.start();
    t.after(() => broker.dispose());
    const topic = uniqueName('restart');
    const filling = { topic, partitions: 2, recordsEach: 100 };
    await createFilledTopic(broker.bootstrapServers, filling);
    const options = {
      config: new Map(
        Object.entries({
          'bootstrap.servers': broker.bootstrapServers,
          'group.id': topic,
          'heartbeat.interval.ms': '300',
        }),
      ),
      clock: new SystemClock(),
      log: createSilentLogger(),
    };
    const group = createConsumerGroup({ ...options, selection: { kind: 'topics', topics: [topic] } });
    t.after(() => group.close());
    const fetcher = createRecordFetcher(options);
    t.after(() => fetcher.close());
    const watch = new GroupWatch();
    await group.start(watch);
    await watch.until(() => watch.assignment.length === 2);
    for (const { partition, offset } of watch.assignment) fetcher.add({ topic, partition, offset });
    await fetchRecords(fetcher, 200);
    await group.commit([{ topic, partition: 1, offset: 60 }]);

    await broker.kill();
    const committing = group.commit([{ topic, partition: 1, offset: 100 }]);
    await broker.restart();
    await fillTopic(broker.bootstrapServers, { ...filling, first: 100 });
    const records = await fetchRecords(fetcher, 200);
    // The coordinator has read the group back, and knows the member still.
    await committing;

    assert.deepEqual(
      records.filter(one => one.partition === 1).map(one => [one.offset, one.value]),
      Array.from({ length: 100 }, (_, index) => [100 + index, String(100 + index)]),
    );
    assert.deepEqual(watch.events, ['assigned 0 1']);
    await group.close();
    const next = createConsumerGroup({ ...options, selection: { kind: 'topics', topics: [topic] } });
    t.after(() => next.close());
    const nextWatch = new GroupWatch();
    await next.start(nextWatch);
    await nextWatch.until(() => nextWatch.assignment.length === 2);
    assert.deepEqual(
      nextWatch.assignment.map(one => one.offset),
      [null, 100],
    );
  });
});
