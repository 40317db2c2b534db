import { ConnectError, toConnectError } from '../../src/errors/connect-error.ts';
import { abortable } from '../../src/async/abortable.ts';
import { createDeferred, type Deferred } from '../../src/async/deferred.ts';
import type { CompactedLog, LogListener, LogRecord } from '../../src/kafka/compacted-log.ts';

/** The records of a {@link FakeCompactedLog}; several logs share them as workers share a topic. */
export class FakeTopic {
  readonly records: LogRecord[] = [];

  /** Adds a record as anyone might; whoever follows the topic sees it at its next read to the end. */
  append(key: string, value: string | null): void {
    this.records.push({
      partition: 0,
      offset: this.records.length,
      timestampMs: 1000 + this.records.length,
      key: Buffer.from(key),
      value: value === null ? null : Buffer.from(value),
    });
  }

  /** Keys and values as texts. */
  lines(): readonly (readonly [key: string, value: string | null])[] {
    return this.records.map(({ key, value }) => [
      Buffer.from(key ?? []).toString(),
      value === null ? null : Buffer.from(value).toString(),
    ]);
  }
}

/** What becomes of a send. */
type SendOutcome = ConnectError | 'held' | null;

/** A log in memory, of one partition, that reads only when it is asked to read to the end. */
export class FakeCompactedLog implements CompactedLog {
  partitionCount = 0;
  /** Asked at each send: null lets it pass, an error fails it, `held` leaves it unanswered and unwritten. */
  outcomeOf: (key: string) => SendOutcome = () => null;
  /** While set, a read to the end reads nothing, and waits until its signal aborts or the log is closed. */
  holdsReads = false;
  /** How often was read to the end. */
  readCount = 0;
  readonly #topic: FakeTopic;
  #listener: LogListener = () => undefined;
  #next = 0;
  #isClosed = false;
  readonly #closed: Deferred<never> = createDeferred<never>();

  constructor(topic = new FakeTopic()) {
    this.#topic = topic;
  }

  async start(listener: LogListener): Promise<void> {
    this.#listener = listener;
    this.partitionCount = 1;
    this.follow();
  }

  async send(key: Uint8Array, value: Uint8Array | null): Promise<void> {
    this.#throwIfClosed();
    const text = Buffer.from(key).toString();
    const outcome = this.outcomeOf(text);
    if (outcome === 'held') return this.#closed.promise;
    if (outcome !== null) throw outcome;
    this.#topic.append(text, value === null ? null : Buffer.from(value).toString());
  }

  async flush(): Promise<void> {}

  async readToEnd(signal: AbortSignal): Promise<void> {
    this.#throwIfClosed();
    this.readCount += 1;
    const read = this.holdsReads ? this.#closed.promise : Promise.resolve();
    await abortable(read, signal, () => toConnectError(signal.reason));
    this.follow();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#closed.reject(closedError());
  }

  /** Hands on what is new. */
  follow(): void {
    for (; this.#next < this.#topic.records.length; this.#next += 1) {
      const record = this.#topic.records[this.#next];
      if (record !== undefined) this.#listener(record);
    }
  }

  #throwIfClosed(): void {
    if (this.#isClosed) throw closedError();
  }
}

function closedError(): ConnectError {
  return new ConnectError('SHUTTING_DOWN', 'The log is closed');
}
