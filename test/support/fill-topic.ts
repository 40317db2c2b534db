import { randomUUID } from 'node:crypto';
import { SystemClock } from '../../src/async/clock.ts';
import { createRecordProducer } from '../../src/kafka/record-producer.ts';
import { createSilentLogger } from '../../src/logging/logger.ts';
import { CompletionCount } from './completion-count.ts';
import { createTopic } from './read-topic.ts';
import { recordOf } from './record-views.ts';

/** What to fill a topic with. */
export interface TopicFilling {
  readonly topic: string;
  readonly partitions: number;
  /** Records in each partition, with the values `0`, `1`, …. */
  readonly recordsEach: number;
  /** Added to the numbers of the values. */
  readonly first?: number;
  /** Producer keys, such as `compression.type`. */
  readonly keys?: Readonly<Record<string, string>>;
}

/** A topic name that no other test has. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomUUID()}`;
}

/** Creates a topic and fills it. */
export async function createFilledTopic(bootstrapServers: string, filling: TopicFilling): Promise<void> {
  await createTopic(bootstrapServers, { topic: filling.topic, partitions: filling.partitions });
  await fillTopic(bootstrapServers, filling);
}

/** Adds records to a topic that exists. */
export async function fillTopic(bootstrapServers: string, filling: TopicFilling): Promise<void> {
  const config = new Map(Object.entries({ 'bootstrap.servers': bootstrapServers, ...filling.keys }));
  const producer = createRecordProducer({ config, clock: new SystemClock(), log: createSilentLogger() });
  try {
    const signal = AbortSignal.timeout(30_000);
    const topic = await producer.topic(filling.topic, signal);
    const completion = new CompletionCount();
    const first = filling.first ?? 0;
    for (let index = first; index < first + filling.recordsEach; index += 1) {
      if (producer.isFull) await producer.waitForSpace(signal);
      for (let partition = 0; partition < filling.partitions; partition += 1) {
        producer.append(topic, partition, recordOf({ key: null, value: String(index) }), completion);
      }
    }
    await producer.flush();
    const failure = completion.errors[0];
    if (failure !== undefined) throw failure;
  } finally {
    await producer.close(5000);
  }
}
