/**
 * What comes up a source task's stream on its way into the producer: declared topics and schemas, then batches whose records are
 * walked in place, converted where plugin format and converter differ (D3), and appended. No object per record (D2).
 */
import type { SideConversion } from '../converters/byte-conversion.ts';
import { SchemaPending } from '../converters/schema-pending.ts';
import { ConnectError, toConnectError } from '../errors/connect-error.ts';
import type { RecordView } from '../data/record-view.ts';
import { noHeaders } from '../data/record-view.ts';
import type { ProducerTopic, RecordProducer } from '../kafka/record-producer.ts';
import { BatchReader } from '../wire/batch-reader.ts';
import type { BatchRange, Declare } from '../wire/data-messages.ts';
import type { TopicTracker } from './active-topics.ts';
import type { RecordErrors } from './errors/record-errors.ts';
import { kafkaProduce, type Operation } from './errors/stage.ts';
import { failedSourceRecord, isFaultOfRecord } from './errors/source-record.ts';
import { toSourceOffsetEntry, type SubmittedBatch, type SubmittedBatches } from './submitted-batches.ts';
import { HeaderConversion } from './header-conversion.ts';
import type { TransformedRecord } from './record-transforms.ts';
import type { SourceTransforms } from './source-transforms.ts';
import type { SourceConversion } from './task-converters.ts';

/** What an intake needs. */
export interface SourceIntakeOptions {
  readonly producer: RecordProducer;
  readonly submitted: SubmittedBatches;
  readonly conversion: SourceConversion;
  /** Null for records that are not transformed. */
  readonly transforms: SourceTransforms | null;
  readonly errors: RecordErrors;
  /** Hears of each topic once the broker has a record for it. */
  readonly tracker: TopicTracker;
}

const emptyBuffer = Buffer.alloc(0);

/** Takes the batches of one stream, one at a time. */
export class SourceIntake {
  readonly #producer: RecordProducer;
  readonly #submitted: SubmittedBatches;
  readonly #conversion: SourceConversion;
  readonly #transforms: SourceTransforms | null;
  readonly #errors: RecordErrors;
  /** What is being done with the current record. */
  #operation: Operation = kafkaProduce;
  readonly #tracker: TopicTracker;
  /** Topics that transforms named. */
  readonly #routedTopics = new Map<string, ProducerTopic>();
  readonly #reader = new BatchReader();
  readonly #topicNames: (string | undefined)[] = [];
  readonly #topics: (ProducerTopic | undefined)[] = [];
  readonly #keySides: (SideConversion | undefined)[];
  readonly #valueSides: (SideConversion | undefined)[];
  readonly #headers: HeaderConversion;
  /** One reused view for all records whose bytes are converted. */
  readonly #converted: RecordView = {
    keyBuffer: emptyBuffer,
    keyStart: -1,
    keyEnd: -1,
    valueBuffer: emptyBuffer,
    valueStart: -1,
    valueEnd: -1,
    timestampMs: -1,
    headers: noHeaders,
  };
  /** Resets of active topics that topics were looked up after. */
  #resets: number;
  #lastSeq = 0;
  #recordCount = 0;

  constructor(options: SourceIntakeOptions) {
    this.#producer = options.producer;
    this.#submitted = options.submitted;
    this.#conversion = options.conversion;
    this.#transforms = options.transforms;
    this.#errors = options.errors;
    this.#tracker = options.tracker;
    this.#resets = options.tracker.resets;
    this.#headers = new HeaderConversion(schema => this.#conversion.header(schema));
    const raw = { id: 0, format: 'RAW', definition: new Uint8Array(), name: '', version: 0 } as const;
    this.#keySides = [orRefusal(() => this.#conversion.key(raw))];
    this.#valueSides = [orRefusal(() => this.#conversion.value(raw))];
  }

  /** Sequence number of the last batch taken; 0 before the first. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Records taken so far. */
  get recordCount(): number {
    return this.#recordCount;
  }

  /** Takes new topics and schemas. @throws {ConnectError} PROTOCOL_VIOLATION for an id that is 0 or known already. */
  declare(declare: Declare): void {
    for (const topic of declare.topics) {
      requireNew(topic.id, this.#topicNames[topic.id], `topic '${topic.name}'`);
      this.#topicNames[topic.id] = topic.name;
    }
    for (const schema of declare.schemas) {
      requireNew(schema.id, this.#keySides[schema.id], `schema '${schema.name}'`);
      this.#keySides[schema.id] = orRefusal(() => this.#conversion.key(schema));
      this.#valueSides[schema.id] = orRefusal(() => this.#conversion.value(schema));
      this.#headers.declare(schema);
      this.#transforms?.declare(schema);
    }
  }

  /**
   * Appends every record of a batch, but for those whose errors are tolerated. Waits for the metadata of topics and for schemas that
   * are seen for the first time, and between tries of what failed.
   *
   * @throws {ConnectError} WIRE_MALFORMED, PROTOCOL_VIOLATION; DATA_INVALID, MESSAGE_TOO_LARGE or what the producer gives for a
   * topic, where such errors are not tolerated; the signal's reason. Records before the bad one may have been appended, the batch is
   * never done.
   */
  async take(range: BatchRange, signal: AbortSignal): Promise<void> {
    const reader = this.#reader;
    reader.reset(range.buffer, range.start, range.end);
    this.#lastSeq = reader.seq;
    if (this.#resets !== this.#tracker.resets) this.#forgetTopics();
    const batch = this.#submitted.submit(reader.seq, reader.readOffsets().map(toSourceOffsetEntry));
    batch.expect(reader.recordCount);
    let hasRecord = reader.next();
    while (hasRecord) hasRecord = await this.#takeWhileGood(batch, signal);
    this.#recordCount += reader.recordCount;
    batch.seal();
  }

  /** Takes records from the current one on. Returns true at one to be taken again, or the first after one that failed; false at the end. */
  async #takeWhileGood(batch: SubmittedBatch, signal: AbortSignal): Promise<boolean> {
    const reader = this.#reader;
    try {
      if (this.#transforms !== null) return await this.#takeTransformed(this.#transforms, batch, signal);
      if (!this.#appendWhileKnown(batch)) return false;
      this.#topics[reader.topicId] = await this.#lookUp(this.#topicName(), batch, signal);
      return true;
    } catch (error) {
      const failure = error instanceof SchemaPending ? await fetchFor(error, signal) : toConnectError(error);
      if (failure === null) {
        this.#operation = kafkaProduce;
        return true;
      }
      signal.throwIfAborted();
      const retryMs = this.#handle(failure, batch);
      if (retryMs === null) return reader.next();
      await this.#errors.awaitRetry(retryMs, signal);
      return true;
    }
  }

  /** Milliseconds until the current record is to be taken again; null when it was dropped. @throws the error, where it counts. */
  #handle(error: ConnectError, batch: SubmittedBatch): number | null {
    const operation = this.#operation;
    this.#operation = kafkaProduce;
    if (!isFaultOfRecord(error, operation)) throw error;
    const topic = this.#topicNames[this.#reader.topicId] ?? '';
    const failed = failedSourceRecord({ reader: this.#reader, topic, operation, error });
    if (operation === kafkaProduce) {
      if (!this.#errors.isTolerant) throw error;
      this.#errors.gaveUp(failed);
    } else {
      const retryMs = this.#errors.failed(failed);
      if (retryMs !== null) return retryMs;
    }
    batch.drop(this.#reader.index, error);
    return null;
  }

  /** Appends what the transforms leave of the batch, which is walked to its end. What they drop is done at once. Returns false. */
  async #takeTransformed(transforms: SourceTransforms, batch: SubmittedBatch, signal: AbortSignal): Promise<boolean> {
    const reader = this.#reader;
    do {
      const record = this.#transform(transforms);
      if (record === null) {
        batch.drop(reader.index, null);
        continue;
      }
      let topic = this.#routedTopics.get(record.topic);
      if (topic === undefined) {
        topic = await this.#lookUp(record.topic, batch, signal);
        this.#routedTopics.set(record.topic, topic);
      }
      this.#producer.append(topic, reader.partition, record.view, batch);
    } while (reader.next());
    return false;
  }

  /** Looks a topic up that the batch is the first to have a record for. */
  async #lookUp(name: string, batch: SubmittedBatch, signal: AbortSignal): Promise<ProducerTopic> {
    const topic = await this.#producer.topic(name, signal);
    batch.whenDone(() => this.#tracker.note(name));
    return topic;
  }

  /** All topics are looked up, and so noted, anew: nothing has to be asked per record for that. */
  #forgetTopics(): void {
    this.#resets = this.#tracker.resets;
    this.#topics.length = 0;
    this.#routedTopics.clear();
  }

  #transform(transforms: SourceTransforms): TransformedRecord | null {
    const topic = this.#topicName();
    try {
      return transforms.apply(this.#reader, topic);
    } catch (error) {
      this.#operation = transforms.operation;
      throw error;
    }
  }

  /** Appends from the current record on. Returns true at a record whose topic is not looked up yet, false at the end. */
  #appendWhileKnown(batch: SubmittedBatch): boolean {
    const reader = this.#reader;
    do {
      const topic = this.#topics[reader.topicId];
      if (topic === undefined) return true;
      const key = this.#keySides[reader.keySchemaId];
      const value = this.#valueSides[reader.valueSchemaId];
      if (key === undefined || value === undefined) throw this.#undeclaredSchema();
      // Null stays null whatever the converter.
      const isKeyAsIs = key === 'as-is' || reader.keyStart < 0;
      const isValueAsIs = value === 'as-is' || reader.valueStart < 0;
      const isAsIs = isKeyAsIs && isValueAsIs && reader.headers.length === 0;
      const record = isAsIs ? reader : this.#convert(key, value);
      this.#producer.append(topic, reader.partition, record, batch);
    } while (reader.next());
    return false;
  }

  #convert(key: SideConversion, value: SideConversion): RecordView {
    const reader = this.#reader;
    const converted = this.#converted;
    converted.timestampMs = reader.timestampMs;
    this.#operation = this.#conversion.operations.header;
    converted.headers =
      reader.headers.length === 0 ? noHeaders : this.#headers.convert(reader.headers, this.#topicName());
    this.#operation = this.#conversion.operations.key;
    if (key === 'as-is' || reader.keyStart < 0) {
      converted.keyBuffer = reader.keyBuffer;
      converted.keyStart = reader.keyStart;
      converted.keyEnd = reader.keyEnd;
    } else {
      const bytes = key.convert(reader.keyBuffer, reader.keyStart, reader.keyEnd, this.#topicName());
      converted.keyBuffer = bytes.buffer;
      converted.keyStart = bytes.start;
      converted.keyEnd = bytes.end;
    }
    this.#operation = this.#conversion.operations.value;
    if (value === 'as-is' || reader.valueStart < 0) {
      converted.valueBuffer = reader.valueBuffer;
      converted.valueStart = reader.valueStart;
      converted.valueEnd = reader.valueEnd;
    } else {
      const bytes = value.convert(reader.valueBuffer, reader.valueStart, reader.valueEnd, this.#topicName());
      converted.valueBuffer = bytes.buffer;
      converted.valueStart = bytes.start;
      converted.valueEnd = bytes.end;
    }
    this.#operation = kafkaProduce;
    return converted;
  }

  #topicName(): string {
    const name = this.#topicNames[this.#reader.topicId];
    if (name !== undefined) return name;
    throw new ConnectError(
      'PROTOCOL_VIOLATION',
      `Record ${this.#reader.index} of batch ${this.#reader.seq} names topic id ${this.#reader.topicId}, which was not declared`,
    );
  }

  #undeclaredSchema(): ConnectError {
    const { index, seq, keySchemaId, valueSchemaId } = this.#reader;
    return new ConnectError(
      'PROTOCOL_VIOLATION',
      `Record ${index} of batch ${seq} names schema ids ${keySchemaId} and ${valueSchemaId}, of which one was not declared`,
    );
  }
}

/** Fetches the schema that a record needs. What goes wrong with that is the fault of what needed it, and given here. */
async function fetchFor(pending: SchemaPending, signal: AbortSignal): Promise<ConnectError | null> {
  try {
    await pending.fetch(signal);
    return null;
  } catch (error) {
    return toConnectError(error);
  }
}

/** A schema is declared for keys and values alike: that a converter cannot write it matters only for a side that has data of it. */
function orRefusal(choose: () => SideConversion): SideConversion {
  try {
    return choose();
  } catch (error) {
    return {
      convert: () => {
        throw error;
      },
    };
  }
}

function requireNew(id: number, known: unknown, what: string): void {
  if (id !== 0 && known === undefined) return;
  throw new ConnectError(
    'PROTOCOL_VIOLATION',
    `The plugin declares ${what} under id ${id}, which is 0 or taken already`,
  );
}
