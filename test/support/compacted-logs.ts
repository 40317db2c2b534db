import type { TestContext } from 'node:test';
import { SystemClock } from '../../src/async/clock.ts';
import type { CompactedLog, LogRecord } from '../../src/kafka/compacted-log.ts';
import type { CompactedTopic } from '../../src/kafka/compacted-topic.ts';
import { createCompactedLog } from '../../src/kafka/create-compacted-log.ts';
import { createTopicAdmin } from '../../src/kafka/kafka-topic-admin.ts';
import { createSilentLogger } from '../../src/logging/logger.ts';

/** How a test wants its log. */
export interface TestLogOptions {
  readonly bootstrapServers: string;
  readonly topic: Partial<CompactedTopic> & { readonly name: string };
  readonly isReadCommitted?: boolean;
  readonly keys?: Readonly<Record<string, string>>;
}

/** A log that is not started yet; it is closed when the test ends. */
export function createTestLog(t: Pick<TestContext, 'after'>, options: TestLogOptions): CompactedLog {
  const clock = new SystemClock();
  const log = createSilentLogger();
  const config = new Map(Object.entries({ 'bootstrap.servers': options.bootstrapServers, ...options.keys }));
  const admin = createTopicAdmin({ config, clock, log });
  const topicLog = createCompactedLog({
    topic: {
      partitions: 1,
      replicationFactor: 1,
      settings: new Map(),
      requiredPartitions: null,
      configKey: 'offset.storage.topic',
      purpose: 'source offsets',
      ...options.topic,
    },
    config,
    clientId: 'test-log',
    isReadCommitted: options.isReadCommitted ?? false,
    retriesSends: true,
    admin,
    clock,
    log,
  });
  t.after(async () => {
    await topicLog.close();
    await admin.close();
  });
  return topicLog;
}

/** Keeps all that a log hands on, as `partition key=value`. */
export class RecordKeeper {
  readonly lines: string[] = [];
  readonly listener = (record: LogRecord): void => {
    const text = (bytes: Uint8Array | null): string => (bytes === null ? 'null' : Buffer.from(bytes).toString());
    this.lines.push(`${record.partition} ${text(record.key)}=${text(record.value)}`);
  };
}

/** Long enough for all that a test waits for. */
export const patience = (): AbortSignal => AbortSignal.timeout(60_000);
