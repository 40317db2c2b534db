import type { ConnectorTaskId } from '../../data/connector-task-id.ts';
import type { Logger } from '../../logging/logger.ts';
import type { ConsumedRecord, FailedRecord } from './failed-record.ts';

/** Writes failed records to the worker's log, in Kafka Connect's words. @see `LogReporter` in Kafka Connect. */
export class LogReporter {
  readonly #id: ConnectorTaskId;
  readonly #showsRecords: boolean;
  readonly #log: Logger;

  /** @param options `showsRecords`: `errors.log.include.messages`. */
  constructor(options: { readonly id: ConnectorTaskId; readonly showsRecords: boolean; readonly log: Logger }) {
    this.#id = options.id;
    this.#showsRecords = options.showsRecords;
    this.#log = options.log;
  }

  report(failed: FailedRecord): void {
    const { connector, task } = this.#id;
    const { stage, className } = failed.operation;
    const record = this.#showsRecords ? failed.describe() : '';
    this.#log.error(
      { err: failed.error },
      `Error encountered in task ${connector}-${task}. Executing stage '${stage}' with class '${className}'${record}.`,
    );
  }
}

/** Where a consumed record is, for the log: none of its content. */
export function describeConsumed(record: Omit<ConsumedRecord, 'key' | 'value' | 'headers'>): string {
  const { topic, partition, offset, timestampMs, timestampType } = record;
  const time = `timestamp=${timestampMs}, timestampType=${timestampType}`;
  return `, where consumed record is {topic='${topic}', partition=${partition}, offset=${offset}, ${time}}`;
}
