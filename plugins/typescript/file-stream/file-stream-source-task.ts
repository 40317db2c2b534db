import {
  type Clock,
  type ConfigMap,
  ConnectorError,
  type JsonObject,
  noHeaders,
  type PollBudget,
  type RecordView,
  type SourceBatch,
  type SourceTask,
  type SourceTaskContext,
  SystemClock,
} from '../../../src/sdk/index.ts';
import { FileFollower } from './file-follower.ts';
import { parseSourceConfig } from './file-stream-source-config.ts';
import { LineScanner } from './line-scanner.ts';

/** Bytes read at once. */
const chunkBytes = 256 * 1024;

/** Time between two looks at a file that has nothing new. */
const pollIntervalMs = 100;

const emptyBuffer = Buffer.alloc(0);

/**
 * Reads lines. The source partition is `{"filename": path}`, the source offset `{"position": bytes up to the next line}`, so a
 * line without its end is read again after a restart.
 *
 * @see `FileStreamSourceTask` in Kafka Connect.
 */
export class FileStreamSourceTask implements SourceTask {
  readonly #clock: Clock;
  #file: FileFollower | undefined;
  #lines: LineScanner | undefined;
  #path = '';
  #linesPerPoll = 0;
  /** Byte after the last line that was handed out. */
  #position = 0;
  readonly #place = { topicId: 0, partition: -1, offset: -1 };
  readonly #view: RecordView = {
    keyBuffer: emptyBuffer,
    keyStart: -1,
    keyEnd: -1,
    valueBuffer: emptyBuffer,
    valueStart: 0,
    valueEnd: 0,
    timestampMs: -1,
    headers: noHeaders,
  };

  constructor(clock: Clock = new SystemClock()) {
    this.#clock = clock;
  }

  async start(config: ConfigMap, context: SourceTaskContext): Promise<void> {
    const { file, topic, batchSize } = parseSourceConfig(config);
    this.#path = file;
    this.#linesPerPoll = Math.max(1, batchSize);
    this.#place.topicId = context.topicId(topic);
    context.useSchemas({ key: 0, value: context.schemaId({ format: 'UTF8' }) });
    this.#position = readPosition(await context.readOffset(this.#partition));
    this.#file = new FileFollower({ path: file, position: this.#position, log: context.log });
    this.#lines = new LineScanner({ chunkBytes, maxLineBytes: context.maxRecordBytes });
  }

  async poll(batch: SourceBatch, budget: PollBudget, signal: AbortSignal): Promise<void> {
    const [file, lines] = [this.#file, this.#lines];
    if (file === undefined || lines === undefined) throw new Error('poll before start');
    const deadlineMs = this.#clock.monotonicMs() + budget.maxWaitMs;
    while (!signal.aborted) {
      if (this.#emit(lines, batch)) break;
      // A failure to read on must not take lines with it that are complete.
      if (batch.recordCount > 0 && lines.isFull) break;
      if (await this.#read(file, lines)) continue;
      const leftMs = deadlineMs - this.#clock.monotonicMs();
      if (batch.recordCount > 0 || leftMs <= 0) break;
      await this.#clock.sleep(Math.min(pollIntervalMs, leftMs), signal);
    }
    if (batch.recordCount > 0) batch.offset(this.#partition, { position: this.#position });
  }

  async stop(): Promise<void> {
    await this.#file?.close();
  }

  get #partition(): JsonObject {
    return { filename: this.#path };
  }

  /** Hands out complete lines, with the time at which they were read. @returns whether the batch is full. */
  #emit(lines: LineScanner, batch: SourceBatch): boolean {
    const view = this.#view;
    const place = this.#place;
    view.valueBuffer = lines.buffer;
    view.timestampMs = this.#clock.nowMs();
    let count = batch.recordCount;
    let bytes = 0;
    while (count < this.#linesPerPoll && !batch.isFull) {
      const length = lines.next();
      if (length === 0) {
        this.#position += bytes;
        return false;
      }
      view.valueStart = lines.line.start;
      view.valueEnd = lines.line.end;
      batch.append(view, place);
      bytes += length;
      count += 1;
    }
    this.#position += bytes;
    return true;
  }

  /** @returns whether there may be new lines. */
  async #read(file: FileFollower, lines: LineScanner): Promise<boolean> {
    const room = lines.room();
    if (room === undefined) {
      throw new ConnectorError(
        { category: 'DATA', code: 'LINE_TOO_LONG' },
        `File '${this.#path}' has a line of more than ${lines.pendingBytes} bytes at position ${this.#position}, which is longer than ` +
          'a record may be',
      );
    }
    const result = await file.read(room.buffer, room.start, room.length);
    switch (result.kind) {
      case 'bytes':
        lines.added(result.bytes);
        return true;
      case 'restarted':
        lines.clear();
        this.#position = 0;
        return true;
      case 'end':
      case 'absent':
        return false;
    }
  }
}

function readPosition(offset: JsonObject | undefined): number {
  const position = offset?.['position'];
  if (position === undefined || position === null) return 0;
  if (typeof position === 'number' && Number.isSafeInteger(position) && position >= 0) return position;
  throw new ConnectorError({ category: 'CONFIG', code: 'OFFSET_INVALID' }, 'Offset position is the incorrect type');
}
