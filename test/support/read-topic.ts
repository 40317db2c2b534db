import { randomUUID } from 'node:crypto';
import kafkajs, { type Kafka, type KafkaMessage } from 'kafkajs';
import { decompress } from '../../src/kafka/compression.ts';

const { CompressionCodecs, CompressionTypes, Kafka: KafkaClient, logLevel } = kafkajs;

// kafkajs knows gzip alone; that Java can read the others is known from the broker, which decompresses what it takes in.
for (const code of [CompressionTypes.Snappy, CompressionTypes.LZ4, CompressionTypes.ZSTD] as const) {
  CompressionCodecs[code] = () => ({
    compress: () => Promise.reject(new Error('only for reading')),
    decompress: (bytes: Buffer) => Promise.resolve(decompress(code, bytes)),
  });
}

/** A record as kafkajs reads it. */
export interface ReadRecord {
  readonly partition: number;
  readonly message: KafkaMessage;
  readonly batch: RecordBatch;
}

/** The batch in which a record lies, as far as kafkajs tells; its types do not. */
export interface RecordBatch {
  /** Which producer wrote it. */
  readonly producerId: string;
  /** Offset of its first record: names it among those of its partition. */
  readonly firstOffset: string;
}

/**
 * Creates a topic and resolves when every partition has a leader.
 *
 * @param options `configs`: topic configuration, such as `max.message.bytes`.
 */
export async function createTopic(
  bootstrapServers: string,
  options: { readonly topic: string; readonly partitions: number; readonly configs?: Readonly<Record<string, string>> },
): Promise<void> {
  const admin = createKafka(bootstrapServers).admin();
  await admin.connect();
  try {
    await admin.createTopics({
      waitForLeaders: true,
      topics: [
        {
          topic: options.topic,
          numPartitions: options.partitions,
          configEntries: Object.entries(options.configs ?? {}).map(([name, value]) => ({ name, value })),
        },
      ],
    });
  } finally {
    await admin.disconnect();
  }
}

/** Reads all records that a topic has at the time of the call, with kafkajs, in order per partition. */
export async function readTopic(bootstrapServers: string, topic: string): Promise<readonly ReadRecord[]> {
  const kafka = createKafka(bootstrapServers);
  const admin = kafka.admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const left = new Map(offsets.filter(one => one.high !== one.low).map(one => [one.partition, Number(one.high)]));
  const records: ReadRecord[] = [];
  const nextOffsets = new Map<number, number>();
  if (left.size === 0) return records;
  const consumer = kafka.consumer({ groupId: `read-${randomUUID()}` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  try {
    await new Promise<void>((resolve, reject) => {
      consumer.on('consumer.crash', ({ payload }) => {
        // kafkajs goes on by itself where it may, for instance while a new broker still loads the group.
        if (!payload.restart) reject(payload.error);
      });
      consumer
        .run({
          eachMessage: async ({ partition, message }) => {
            const offset = Number(message.offset);
            // Where kafkajs has to join anew, it reads again what it had not committed.
            if (offset < (nextOffsets.get(partition) ?? 0)) return;
            nextOffsets.set(partition, offset + 1);
            records.push({ partition, message, batch: batchOf(message) });
            if (offset + 1 >= (left.get(partition) ?? 0)) left.delete(partition);
            if (left.size === 0) resolve();
          },
        })
        .catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
  return records;
}

function batchOf(message: KafkaMessage): RecordBatch {
  const batch = 'batchContext' in message ? message.batchContext : undefined;
  if (typeof batch !== 'object' || batch === null || !('producerId' in batch) || !('firstOffset' in batch)) {
    throw new Error(`kafkajs does not tell the batch of the record at offset ${message.offset}`);
  }
  return { producerId: String(batch.producerId), firstOffset: String(batch.firstOffset) };
}

function createKafka(bootstrapServers: string): Kafka {
  return new KafkaClient({ brokers: [bootstrapServers], clientId: 'test', logLevel: logLevel.NOTHING });
}
