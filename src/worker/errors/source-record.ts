import type { ConnectError } from '../../errors/connect-error.ts';
import { isFencedOff } from '../../kafka/write-fence.ts';
import type { BatchReader, WireHeader } from '../../wire/batch-reader.ts';
import { toSourceOffsetEntry, type UndeliveredRecords } from '../submitted-batches.ts';
import type { FailedRecord } from './failed-record.ts';
import { textOfPlaces } from './source-place.ts';
import { kafkaProduce, type Operation } from './stage.ts';

/** Longest text of a key or a value in the log, in bytes. */
const shownBytesMax = 1000;

/**
 * Whether records that Kafka did not take can be left out, so that the task goes on without them: not where it may write no more,
 * whatever the records are.
 */
export function isLossTolerable(error: ConnectError): boolean {
  return error.code !== 'SHUTTING_DOWN' && error.code !== 'KAFKA_FENCED' && !isFencedOff(error);
}

/**
 * Whether an error is one of the record at hand, so that going on without that record helps. Others are of the plugin, of a task that
 * ends, of credentials, or of brokers that may come back.
 */
export function isFaultOfRecord(error: ConnectError, operation: Operation): boolean {
  switch (error.code) {
    case 'PROTOCOL_VIOLATION':
    case 'WIRE_MALFORMED':
    case 'REGISTRY_AUTHORIZATION':
      return false;
    default:
      return isLossTolerable(error) && (operation !== kafkaProduce || !error.isRetriable);
  }
}

/** The record on which the reader of a source's batch stands, as one that failed. */
export function failedSourceRecord(options: {
  readonly reader: BatchReader;
  readonly topic: string;
  readonly operation: Operation;
  readonly error: ConnectError;
}): FailedRecord {
  const { reader, topic, operation, error } = options;
  return {
    operation,
    error,
    failure: null,
    place: `record ${reader.index} of batch ${reader.seq}`,
    describe: () => describeSource(reader, topic),
    consumed: null,
  };
}

/** Records of a source's batch that Kafka refused after they were sent, as one that failed. */
export function failedSourceWrite({ seq, count, error, offsets }: UndeliveredRecords): FailedRecord {
  const place = `${count} records of batch ${seq}`;
  const describe = (): string =>
    `, where source record is = SourceRecord{${textOfPlaces(offsets)}, batch=${seq}, records=${count}}`;
  return { operation: kafkaProduce, error, failure: null, place, describe, consumed: null };
}

/** Where its batch comes from, its position in the plugin's stream, and the record as the plugin gave it. */
function describeSource(reader: BatchReader, topic: string): string {
  const partition = reader.partition < 0 ? 'null' : String(reader.partition);
  const key = textOf(reader.keyBuffer, reader.keyStart, reader.keyEnd);
  const value = textOf(reader.valueBuffer, reader.valueStart, reader.valueEnd);
  const timestamp = reader.timestampMs < 0 ? 'null' : String(reader.timestampMs);
  const places = textOfPlaces(reader.readOffsets().map(toSourceOffsetEntry));
  const headers = reader.headers.map(header => `ConnectHeader(key=${header.key}, value=${textOfHeader(header)})`);
  return (
    `, where source record is = SourceRecord{${places}, batch=${reader.seq}, record=${reader.index}} ` +
    `ConnectRecord{topic='${topic}', kafkaPartition=${partition}, key=${key}, value=${value}, timestamp=${timestamp}, ` +
    `headers=ConnectHeaders(headers=[${headers.join(', ')}])}`
  );
}

function textOfHeader({ value }: WireHeader): string {
  return value === null ? 'null' : textOf(Buffer.from(value), 0, value.length);
}

function textOf(buffer: Buffer, start: number, end: number): string {
  if (start < 0) return 'null';
  if (end - start <= shownBytesMax) return buffer.toString('utf8', start, end);
  return `${buffer.toString('utf8', start, start + shownBytesMax)}… (${end - start} bytes)`;
}
