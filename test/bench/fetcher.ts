/**
 * Prints how fast records are fetched and walked: `tsx test/bench/fetcher.ts [RECORDS]`, with MILLRACE_TEST_BOOTSTRAP set. First the
 * bare walk over batches in memory, then fetches from the broker, checksums and all.
 */

import { SystemClock } from '../../src/async/clock.ts';
import { createRecordFetcher } from '../../src/kafka/kafka-record-fetcher.ts';
import { RecordCursor } from '../../src/kafka/record-cursor.ts';
import { createRecordProducer } from '../../src/kafka/record-producer.ts';
import { createSilentLogger } from '../../src/logging/logger.ts';
import { testBootstrap } from '../support/broker.ts';
import { CompletionCount } from '../support/completion-count.ts';
import { uniqueName } from '../support/fill-topic.ts';
import { createTopic } from '../support/read-topic.ts';
import { encodeBatch } from '../support/record-batches.ts';
import { recordOf } from '../support/record-views.ts';

const recordCount = Number(process.argv[2] ?? 1_000_000);
const value = 'x'.repeat(100);
const clock = new SystemClock();
const log = createSilentLogger();

function report(what: string, count: number, ms: number): void {
  console.log(
    `${what}: ${Math.round((count / ms) * 1000).toLocaleString('en')} records/s (${count} in ${Math.round(ms)} ms)`,
  );
}

/** Uses what a record has, as a sink would, so that nothing is optimised away. */
function walk(cursor: RecordCursor): { readonly count: number; readonly bytes: number } {
  let count = 0;
  let bytes = 0;
  while (cursor.next()) {
    count += 1;
    bytes += cursor.valueEnd - cursor.valueStart + cursor.headerCount + (cursor.offset & 1);
  }
  return { count, bytes };
}

function benchWalk(checksCrcs: boolean): void {
  const perBatch = 150;
  const records = Array.from({ length: perBatch }, () => ({ key: null, value }));
  const batches = Array.from({ length: 70 }, (_, index) => encodeBatch({ baseOffset: index * perBatch, records }));
  const buffer = Buffer.concat(batches);
  const fetched = { source: 't-0', buffer, start: 0, end: buffer.length, wantedOffset: 0, abortedTransactions: null };
  let count = 0;
  const startMs = performance.now();
  while (count < recordCount) count += walk(new RecordCursor(fetched, { checksCrcs })).count;
  report(`walk in memory, check.crcs=${checksCrcs}`, count, performance.now() - startMs);
}

async function fill(topicName: string, partitions: number): Promise<void> {
  await createTopic(testBootstrap(), { topic: topicName, partitions });
  const producer = createRecordProducer({ config: new Map([['bootstrap.servers', testBootstrap()]]), clock, log });
  const signal = AbortSignal.timeout(120_000);
  const topic = await producer.topic(topicName, signal);
  const completion = new CompletionCount();
  const record = recordOf({ key: null, value });
  for (let index = 0; index < recordCount; index += 1) {
    if (producer.isFull) await producer.waitForSpace(signal);
    producer.append(topic, index % partitions, record, completion);
  }
  await producer.flush();
  await producer.close(10_000);
}

async function benchFetch(topic: string, partitions: number): Promise<void> {
  const fetcher = createRecordFetcher({ config: new Map([['bootstrap.servers', testBootstrap()]]), clock, log });
  const signal = AbortSignal.timeout(120_000);
  const startMs = performance.now();
  for (let partition = 0; partition < partitions; partition += 1) fetcher.add({ topic, partition, offset: 0 });
  let count = 0;
  while (count < recordCount && !signal.aborted) {
    for (const { cursor } of await fetcher.poll(1000, signal)) count += walk(cursor).count;
  }
  report(`fetch and walk, ${partitions} partition(s)`, count, performance.now() - startMs);
  await fetcher.close();
}

for (let round = 0; round < 3; round += 1) for (const checksCrcs of [false, true]) benchWalk(checksCrcs);
for (const partitions of [1, 4]) {
  const topic = uniqueName('bench-fetch');
  await fill(topic, partitions);
  for (let round = 0; round < 3; round += 1) await benchFetch(topic, partitions);
}
