import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { SystemClock } from '../../../src/async/clock.ts';
import { createRecordProducer, type KafkaRecordProducer } from '../../../src/kafka/record-producer.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { CompletionCount } from '../../support/completion-count.ts';
import { PrivateBroker } from '../../support/private-broker.ts';
import { createTopic, readTopic } from '../../support/read-topic.ts';
import { recordOf } from '../../support/record-views.ts';

const partitions = 2;

function createProducer(broker: PrivateBroker, keys: Record<string, string> = {}): KafkaRecordProducer {
  const config = new Map(
    Object.entries({ 'bootstrap.servers': broker.bootstrapServers, 'linger.ms': '0', 'batch.size': '4000', ...keys }),
  );
  return createRecordProducer({ config, clock: new SystemClock(), log: createSilentLogger() });
}

describe('record producer through the restarts of a broker', () => {
  test('loses nothing, doubles nothing and keeps the order when the broker is stopped, and when it is killed', async t => {
    const broker = await PrivateBroker.start();
    const producer = createProducer(broker);
    t.after(async () => {
      await producer.close(0);
      await broker.dispose();
    });
    const name = `restart-${randomUUID()}`;
    await createTopic(broker.bootstrapServers, { topic: name, partitions });
    const signal = AbortSignal.timeout(120_000);
    const topic = await producer.topic(name, signal);
    const completion = new CompletionCount();
    const enough = new AbortController();
    let appended = 0;
    const appending = (async (): Promise<void> => {
      for (; !enough.signal.aborted; appended += 1) {
        const record = recordOf({ key: null, value: String(appended).padEnd(80) });
        producer.append(topic, appended % partitions, record, completion);
        if (appended % 100 === 99) await turn();
        // Some hundred records wait at most, so that the flow does not outrun a broker that is away.
        while (appended - completion.ackedCount > 20_000) await turn();
      }
    })();
    const ackedBeyond = async (count: number): Promise<void> => {
      while (completion.ackedCount <= count) await turn();
    };

    for (const down of [() => broker.stop(), () => broker.kill()]) {
      await ackedBeyond(completion.ackedCount + 5000);
      await down();
      await broker.restart();
    }
    await ackedBeyond(completion.ackedCount + 5000);
    enough.abort();
    await appending;
    await producer.flush();

    assert.deepEqual([completion.ackedCount, completion.failedCount], [appended, 0]);
    const read: number[][] = Array.from({ length: partitions }, () => []);
    for (const { partition, message } of await readTopic(broker.bootstrapServers, name)) {
      read[partition]?.push(Number(message.value));
    }
    const expected = Array.from({ length: partitions }, (_, partition) =>
      Array.from(
        { length: Math.ceil((appended - partition) / partitions) },
        (_unused, index) => index * partitions + partition,
      ),
    );
    assert.deepEqual(read, expected);
  });

  test('waits at its start for a broker that comes up later', async t => {
    const broker = await PrivateBroker.prepare();
    const producer = createProducer(broker);
    t.after(async () => {
      await producer.close(0);
      await broker.dispose();
    });
    const topicFound = producer.topic(`late-${randomUUID()}`, AbortSignal.timeout(60_000));

    await broker.restart();

    assert.equal((await topicFound).partitionCount, 1);
  });

  test('names the remedy when a topic is missing and the broker does not create it', async t => {
    const broker = await PrivateBroker.start({ autoCreateTopics: false });
    const producer = createProducer(broker, { 'max.block.ms': '500' });
    t.after(async () => {
      await producer.close(0);
      await broker.dispose();
    });

    await assert.rejects(producer.topic('orders', AbortSignal.timeout(30_000)), {
      code: 'KAFKA_TOPIC_MISSING',
      message:
        "Topic 'orders' does not exist and the broker does not create it: create it (kafka-topics.sh --create --topic orders " +
        '--bootstrap-server …) or set auto.create.topics.enable=true on the broker',
    });
  });
});
