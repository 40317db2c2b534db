/**
 * Records per second of the producer against a broker. Prints one line per case.
 *
 * MILLRACE_TEST_BOOTSTRAP=127.0.0.1:19092 npx tsx test/bench/producer.ts [records] [key=value…]
 */

import { SystemClock } from '../../src/async/clock.ts';
import { createRecordProducer, type Completion } from '../../src/kafka/record-producer.ts';
import { noHeaders, type RecordView } from '../../src/data/record-view.ts';
import { createLogger } from '../../src/logging/logger.ts';

const recordBytes = 100;
const sourceBatchRecords = 1000;

async function measure(recordCount: number, keys: ReadonlyMap<string, string>): Promise<void> {
  const clock = new SystemClock();
  const log = createLogger({ name: 'bench', level: 'warn' });
  const config = new Map([['bootstrap.servers', process.env['MILLRACE_TEST_BOOTSTRAP'] ?? '127.0.0.1:19092'], ...keys]);
  const producer = createRecordProducer({ config, clock, log });
  const signal = AbortSignal.timeout(120_000);
  const topic = await producer.topic(`bench-${clock.nowMs()}`, signal);
  const source = Buffer.from(
    Array.from({ length: sourceBatchRecords }, (_, index) => `record ${index} `.padEnd(recordBytes, 'abcdefg')).join(
      '',
    ),
  );
  let acked = 0;
  const completion: Completion = {
    acked: count => (acked += count),
    failed: (count, error) => log.error({ count, err: error }, 'Records failed'),
  };
  const view: RecordView = {
    keyBuffer: source,
    keyStart: -1,
    keyEnd: -1,
    valueBuffer: source,
    valueStart: 0,
    valueEnd: 0,
    timestampMs: -1,
    headers: noHeaders,
  };
  const startMs = clock.monotonicMs();
  const startCpu = process.cpuUsage();
  for (let sent = 0; sent < recordCount; sent += sourceBatchRecords) {
    for (let index = 0; index < sourceBatchRecords; index += 1) {
      view.valueStart = index * recordBytes;
      view.valueEnd = view.valueStart + recordBytes;
      producer.append(topic, -1, view, completion);
    }
    if (producer.isFull) await producer.waitForSpace(signal);
  }
  await producer.flush();
  const tookMs = clock.monotonicMs() - startMs;
  const cpu = process.cpuUsage(startCpu);
  await producer.close(10_000);
  const cpuNs = ((cpu.user + cpu.system) * 1000) / recordCount;
  const perSecond = Math.round((acked / tookMs) * 1000);
  const rssMb = Math.round(process.memoryUsage().rss / 1e6);
  const settings = [...keys].map(([key, value]) => `${key}=${value}`).join(' ');
  process.stdout.write(
    `${perSecond.toLocaleString('en')} records/s, ${Math.round(cpuNs)} ns CPU per record, ${rssMb} MB, ${acked} acked; ${settings}\n`,
  );
}

const [count = '1000000', ...settings] = process.argv.slice(2);
const keys = new Map(settings.map(text => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]));
for (let round = 0; round < 3; round += 1) await measure(Number(count), keys);
