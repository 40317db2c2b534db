/** Prints nanoseconds per record of the batch codec beside protobufjs: `npx tsx test/bench/wire.ts`. */
import { noHeaders, type RecordView } from '../../src/data/record-view.ts';
import { BatchReader } from '../../src/wire/batch-reader.ts';
import { BatchWriter } from '../../src/wire/batch-writer.ts';
import { pluginProtoType } from '../../src/wire/proto-types.ts';
import { decodeSourceUp } from '../../src/wire/stream-codec.ts';

const recordsPerBatch = 5000;
const rounds = 200;

const line = Buffer.from('x'.repeat(100));
const record: RecordView = {
  keyBuffer: line,
  keyStart: -1,
  keyEnd: -1,
  valueBuffer: line,
  valueStart: 0,
  valueEnd: line.length,
  timestampMs: 1_700_000_000_000,
  headers: noHeaders,
};
const place = { topicId: 1, partition: -1, offset: -1 };
const writer = new BatchWriter();
const reader = new BatchReader();

function write(): Buffer {
  writer.begin({ seq: 1, keySchema: 1, valueSchema: 2 });
  for (let i = 0; i < recordsPerBatch; i += 1) writer.append(record, place);
  return writer.finishSourceUp();
}

function read(message: Buffer): number {
  const up = decodeSourceUp(message);
  if (up.kind !== 'batch') throw new Error('Not a batch');
  reader.reset(up.batch.buffer, up.batch.start, up.batch.end);
  let bytes = 0;
  while (reader.next()) bytes += reader.valueEnd - reader.valueStart;
  return bytes;
}

function measure(name: string, action: () => void): void {
  for (let i = 0; i < rounds; i += 1) action();
  const startMs = performance.now();
  for (let i = 0; i < rounds; i += 1) action();
  const ns = ((performance.now() - startMs) * 1e6) / (rounds * recordsPerBatch);
  process.stdout.write(`${name.padEnd(32)} ${ns.toFixed(1).padStart(8)} ns/record\n`);
}

const message = write();
const type = pluginProtoType('SourceUp');
measure('BatchWriter', write);
measure('BatchReader', () => read(message));
measure('BatchReader and BatchWriter', () => read(write()));
measure('protobufjs decode', () => type.decode(message));
