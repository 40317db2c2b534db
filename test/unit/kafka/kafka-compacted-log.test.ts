import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import { KafkaCompactedLog } from '../../../src/kafka/kafka-compacted-log.ts';
import { RecordCursor } from '../../../src/kafka/record-cursor.ts';
import type { FetchedRecords, RecordFetcher } from '../../../src/kafka/record-fetcher.ts';
import type { RecordProducer } from '../../../src/kafka/record-producer.ts';
import type { TopicAdmin } from '../../../src/kafka/topic-admin.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { patience, RecordKeeper } from '../../support/compacted-logs.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { encodeBatch } from '../../support/record-batches.ts';

const topic = {
  name: 't',
  partitions: 2,
  replicationFactor: 1,
  settings: new Map<string, string>(),
  requiredPartitions: null,
  configKey: 'offset.storage.topic',
  purpose: 'source offsets',
};

const unexpected = (): never => assert.fail('not called here');

/** Bytes of one partition, handed out by the next poll. */
interface Delivery {
  readonly partition: number;
  readonly bytes: Buffer;
  readonly nextOffset: number;
}

/** A batch of records `k0=v0`, `k1=v1`, … with these offsets. */
function delivery(partition: number, firstOffset: number, count: number): Delivery {
  const records = Array.from({ length: count }, (_, index) => ({
    key: `k${firstOffset + index}`,
    value: `v${firstOffset + index}`,
  }));
  return { partition, bytes: encodeBatch({ baseOffset: firstOffset, records }), nextOffset: firstOffset + count };
}

/** What the broker would do, at the test's word. */
class FakeKafka {
  readonly clock = new ManualClock();
  readonly calls: string[] = [];
  /** Answers of the next look-ups of end offsets; the last one goes on for ever. */
  ends: (ReadonlyMap<number, number> | ConnectError)[] = [new Map([[0, 0]])];
  #waiting: ((records: readonly FetchedRecords[]) => void) | null = null;

  readonly producer: RecordProducer = {
    topic: async name => ({ name, partitionCount: 2 }),
    append: unexpected,
    isFull: false,
    waitForSpace: unexpected,
    flush: async () => void this.calls.push('flush'),
    close: async () => undefined,
  };

  readonly fetcher: RecordFetcher = {
    add: ({ partition, offset }) => void this.calls.push(`add ${partition} from ${offset ?? 'reset'}`),
    remove: unexpected,
    seek: (_topic, partition, offset) => void this.calls.push(`seek ${partition} to ${offset}`),
    pause: unexpected,
    resume: unexpected,
    position: unexpected,
    poll: (_maxWaitMs, signal) =>
      new Promise(resolve => {
        this.#waiting = resolve;
        signal.addEventListener('abort', () => resolve([]), { once: true });
      }),
    close: async () => undefined,
  };

  readonly admin: TopicAdmin = {
    describeTopics: async ([name = '']) => [
      { kind: 'found', name, isInternal: false, partitionCount: 2, replicationFactor: 1 },
    ],
    topicSettings: async () => new Map([['cleanup.policy', 'compact']]),
    partitionOffsets: async (_name, edge) => {
      if (edge === 'earliest') return new Map([[0, 0]]);
      this.calls.push('ends');
      const next = this.ends.length > 1 ? this.ends.shift() : this.ends[0];
      if (next === undefined || next instanceof ConnectError) throw next ?? new TypeError('no ends');
      return next;
    },
    createTopics: unexpected,
    listTopics: unexpected,
    clusterId: unexpected,
    close: async () => undefined,
  };

  createLog(): KafkaCompactedLog {
    const { producer, fetcher, admin, clock } = this;
    return new KafkaCompactedLog({
      topic,
      producer,
      fetcher,
      admin,
      clock,
      creationTimeoutMs: 1000,
      log: createSilentLogger(),
    });
  }

  /** Lets the poll under way return. */
  async deliver(...deliveries: readonly Delivery[]): Promise<void> {
    const fetched = deliveries.map(({ partition, bytes, nextOffset }) => {
      const source = { source: `t-${partition}`, buffer: bytes, start: 0, end: bytes.length };
      const reread = () =>
        new RecordCursor({ ...source, wantedOffset: 0, abortedTransactions: null }, { checksCrcs: true });
      return {
        topic: 't',
        partition,
        cursor: reread(),
        reread,
        nextOffset,
        highWatermark: nextOffset,
        byteLength: bytes.length,
      };
    });
    this.#waiting?.(fetched);
    await turn();
  }
}

async function start(kafka: FakeKafka, keeper = new RecordKeeper()): Promise<KafkaCompactedLog> {
  const log = kafka.createLog();
  await log.start(keeper.listener, patience());
  kafka.calls.length = 0;
  return log;
}

describe('the Kafka compacted log', () => {
  test('has started when it has read what was there when it looked', async () => {
    const kafka = new FakeKafka();
    kafka.ends = [new Map([[0, 3]])];
    const keeper = new RecordKeeper();
    let isStarted = false;
    const log = kafka.createLog();

    const started = log.start(keeper.listener, patience()).then(() => (isStarted = true));
    await turn();
    await kafka.deliver(delivery(0, 0, 2));
    const before = isStarted;
    await kafka.deliver(delivery(0, 2, 1));
    await started;
    await log.close();

    assert.deepEqual([before, keeper.lines], [false, ['0 k0=v0', '0 k1=v1', '0 k2=v2']]);
    assert.deepEqual(kafka.calls, ['add 0 from 0', 'ends']);
  });

  test('goes on at a record that could not be read, and hands on what other partitions have', async () => {
    const kafka = new FakeKafka();
    const keeper = new RecordKeeper();
    const log = await start(kafka, keeper);
    const torn = delivery(0, 2, 1);
    torn.bytes.writeUInt8(0xff, torn.bytes.length - 2);
    const bytes = Buffer.concat([delivery(0, 0, 2).bytes, torn.bytes]);

    await kafka.deliver({ partition: 0, bytes, nextOffset: 3 }, delivery(1, 0, 1));
    const calls = [...kafka.calls];
    kafka.clock.advance(10_000);
    await turn();
    await kafka.deliver(delivery(0, 2, 1));
    await log.close();

    assert.deepEqual(calls, ['seek 0 to 2']);
    assert.deepEqual(keeper.lines, ['0 k0=v0', '0 k1=v1', '1 k0=v0', '0 k2=v2']);
  });

  test('goes on behind a record that its listener threw at', async () => {
    const kafka = new FakeKafka();
    const offsets: number[] = [];
    const log = kafka.createLog();
    await log.start(({ offset }) => {
      offsets.push(offset);
      if (offset === 0) throw new TypeError('a fault of ours');
    }, patience());

    await kafka.deliver(delivery(0, 0, 3));
    await log.close();

    assert.deepEqual(offsets, [0, 1, 2]);
  });

  test('asks for the end again after a failure that passes', async () => {
    const kafka = new FakeKafka();
    const log = await start(kafka);
    kafka.ends = [new ConnectError('KAFKA_UNAVAILABLE', 'away'), new Map([[0, 0]])];

    const read = log.readToEnd(patience());
    await turn();
    kafka.clock.advance(1000);
    await read;
    await log.close();

    assert.deepEqual(kafka.calls, ['flush', 'ends', 'ends']);
  });

  test('tells a read of a failure that does not pass, and serves the next one', async () => {
    const kafka = new FakeKafka();
    const log = await start(kafka);
    kafka.ends = [new ConnectError('KAFKA_AUTHORIZATION', 'forbidden'), new Map([[0, 0]])];

    await assert.rejects(log.readToEnd(patience()), /forbidden/);
    await log.readToEnd(patience());
    await log.close();
  });

  test('shares a look at the end among those who ask before it, not with who asks after', async () => {
    const kafka = new FakeKafka();
    const log = await start(kafka);
    kafka.ends = [new Map([[0, 1]])];

    const first = log.readToEnd(patience());
    await turn();
    const second = [log.readToEnd(patience()), log.readToEnd(patience())];
    await turn();
    const looksBefore = kafka.calls.filter(call => call === 'ends').length;
    await kafka.deliver(delivery(0, 0, 1));
    await Promise.all([first, ...second]);
    await log.close();

    assert.deepEqual([looksBefore, kafka.calls], [1, ['flush', 'ends', 'flush', 'ends']]);
  });

  test('does not wait for a partition that the topic got later', async () => {
    const kafka = new FakeKafka();
    const log = await start(kafka);
    kafka.ends = [
      new Map([
        [0, 0],
        [1, 5],
      ]),
    ];

    await log.readToEnd(patience());
    await log.close();
  });

  test('lets go of those who wait when it is closed', async () => {
    const kafka = new FakeKafka();
    const log = await start(kafka);
    kafka.ends = [new Map([[0, 1]])];
    const read = log.readToEnd(patience());
    await turn();

    await Promise.all([log.close(), assert.rejects(read, /closed/)]);
  });
});
