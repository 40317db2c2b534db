import {
  ConfigDef,
  type ConfigMap,
  ConnectorError,
  type PutResult,
  RetriableError,
  type SinkBatch,
  type SinkConnector,
  type SinkTask,
  type SinkTaskContext,
  type SinkTaskOptions,
  type TopicPartitionOffset,
} from '../../../../src/sdk/index.ts';

/** A sink that reads what to do from the values that it is given. */
export class ProbeSinkConnector implements SinkConnector {
  config(): ConfigDef {
    return new ConfigDef();
  }

  taskConfigs(): readonly ConfigMap[] {
    return [new Map()];
  }

  createTask(): SinkTask {
    return new ProbeSinkTask();
  }
}

/** Values: `retry` (once), `bad` and `worse` (this record failed), `nowhere` (so did the next), `throw`, `pause`; all others are taken and logged. */
class ProbeSinkTask implements SinkTask {
  #context: SinkTaskContext | undefined;
  #hasRetried = false;

  start(_config: ConfigMap, context: SinkTaskContext): SinkTaskOptions {
    this.#context = context;
    return { maxBatches: 100, valueFormat: 'UTF8', ownsOffsets: true, flushIntervalMs: 60_000 };
  }

  open(partitions: readonly TopicPartitionOffset[]): { topic: string; partition: number; offset: number }[] {
    return partitions.map(({ topic, partition }) => ({ topic, partition, offset: 1000 + partition }));
  }

  close(partitions: readonly TopicPartitionOffset[]): void {
    this.#context?.log.info(`closed ${partitions.map(({ partition }) => partition).join()}`);
  }

  put(batch: SinkBatch): PutResult {
    const failed: { index: number; error: unknown }[] = [];
    for (const record of batch.records()) {
      const { index, value, topic, offset } = record;
      const text = value?.toString() ?? 'null';
      if (text === 'retry' && !this.#hasRetried) {
        this.#hasRetried = true;
        throw new RetriableError('Not now', { retryAfterMs: 20 });
      }
      if (text === 'throw') throw new Error('a fault of the plugin');
      if (text === 'bad') failed.push({ index, error: new Error('a bad record') });
      if (text === 'worse')
        batch.report(record, new ConnectorError({ category: 'DATA', code: 'WORSE' }, 'a worse record'));
      if (text === 'nowhere') batch.report(index + 1, new Error('there is no such record'));
      if (text === 'pause') this.#context?.pause([{ topic, partition: 0 }]);
      if (text === 'commit') this.#context?.requestCommit();
      this.#context?.log.info(`took ${topic} ${offset} ${text} of ${batch.seq}`);
    }
    return { failed };
  }

  flush(reason: 'commit' | 'window'): void {
    this.#context?.log.info(`flushed for ${reason}`);
  }
}
