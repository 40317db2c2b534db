import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import kafkajs from 'kafkajs';
import { decompress } from '../../../src/kafka/compression.ts';
import { testBootstrap } from '../../support/broker.ts';
import { fillTopic, uniqueName } from '../../support/fill-topic.ts';
import { KafkaProbe } from '../../support/kafka-probe.ts';
import { awaitLines } from '../../support/line-files.ts';
import { StandaloneFixture, untilTrue } from '../../support/standalone-fixture.ts';
import type { StandaloneWorker } from '../../support/standalone-worker.ts';

const { CompressionCodecs, CompressionTypes } = kafkajs;

/** Counts the batches that kafkajs decompresses from now on, per codec. */
function countDecompressions(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of ['GZIP', 'Snappy', 'LZ4', 'ZSTD'] as const) {
    const code = CompressionTypes[name];
    CompressionCodecs[code] = () => ({
      compress: () => Promise.reject(new Error('only for reading')),
      decompress: (bytes: Buffer) => {
        counts.set(name, (counts.get(name) ?? 0) + 1);
        return Promise.resolve(decompress(code, bytes));
      },
    });
  }
  return counts;
}

describe('Kafka clients of a standalone worker', () => {
  let fixture: StandaloneFixture;
  let worker: StandaloneWorker;
  let kafka: KafkaProbe;
  const decompressed = countDecompressions();

  before(async () => {
    fixture = await StandaloneFixture.create();
    kafka = await KafkaProbe.connect(testBootstrap());
    worker = await fixture.start({ settings: { 'producer.compression.type': 'gzip' } });
  });
  after(async () => {
    await kafka.close();
    await fixture.close();
  });

  for (const { type, codec } of [
    { type: 'snappy', codec: 'Snappy' },
    { type: 'lz4', codec: 'LZ4' },
    { type: 'zstd', codec: 'ZSTD' },
  ]) {
    test(`compress with ${type} when producer.override.compression.type says so`, async () => {
      const topic = uniqueName(`override-${type}`);
      decompressed.clear();

      await worker.create(topic, {
        'connector.class': 'Datagen',
        topic,
        rate: '0',
        count: '300',
        'producer.override.compression.type': type,
      });
      await kafka.awaitCount(topic, 300);

      assert.equal((await kafka.values(topic)).length, 300);
      assert.deepEqual([...decompressed.keys()], [codec]);
    });
  }

  test("compress as the worker's producer settings say where the connector says nothing", async () => {
    const topic = uniqueName('override-none');
    decompressed.clear();

    await worker.create(topic, { 'connector.class': 'Datagen', topic, rate: '0', count: '300' });
    await kafka.awaitCount(topic, 300);

    assert.equal((await kafka.values(topic)).length, 300);
    assert.deepEqual([...decompressed.keys()], ['GZIP']);
  });

  test('join the group that consumer.override.group.id names', async () => {
    const topic = uniqueName('override-group');
    const output = fixture.folder.file(topic);
    await kafka.create(topic, 1);
    await fillTopic(testBootstrap(), { topic, partitions: 1, recordsEach: 3 });

    await worker.create(topic, {
      'connector.class': 'FileStreamSink',
      file: output,
      topics: topic,
      'consumer.override.group.id': `${topic}-mine`,
    });
    await awaitLines(output, 3);
    await kafka.awaitCommitted(`${topic}-mine`, topic, 3);

    assert.equal((await kafka.members(`${topic}-mine`)).length, 1);
    assert.deepEqual(await kafka.members(`connect-${topic}`), []);
  });

  test('begin at the end when consumer.override.auto.offset.reset is latest', async () => {
    const topic = uniqueName('override-reset');
    const output = fixture.folder.file(topic);
    await kafka.create(topic, 1);
    await fillTopic(testBootstrap(), { topic, partitions: 1, recordsEach: 5 });

    await worker.create(topic, {
      'connector.class': 'FileStreamSink',
      file: output,
      topics: topic,
      'consumer.override.auto.offset.reset': 'latest',
    });
    await kafka.awaitMembers(`connect-${topic}`, 1);
    let next = 5;
    await untilTrue('records arrive', async () => {
      await fillTopic(testBootstrap(), { topic, partitions: 1, recordsEach: 1, first: next });
      next += 1;
      return (await kafka.committed(`connect-${topic}`, topic)) > 5;
    });
    const lines = await awaitLines(output, 1);

    assert.ok(
      lines.every(line => Number(line) >= 5),
      `only what came later: ${lines.join()}`,
    );
  });
});
