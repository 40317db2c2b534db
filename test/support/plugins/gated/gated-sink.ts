import { existsSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import {
  ConfigDef,
  type ConfigMap,
  RetriableError,
  type SinkBatch,
  type SinkConnector,
  type SinkTask,
  type SinkTaskOptions,
  type TopicPartitionOffset,
} from '../../../../src/sdk/index.ts';

/** Plans one task, which has the connector's configuration. */
export class GatedSinkConnector implements SinkConnector {
  #config: ConfigMap = new Map();

  config(): ConfigDef {
    return new ConfigDef()
      .define({ name: 'file', type: 'STRING', importance: 'HIGH', documentation: 'Where to write.' })
      .define({
        name: 'gate',
        type: 'STRING',
        importance: 'HIGH',
        documentation: 'A file: the gate is open once it is there.',
      });
  }

  start(config: ConfigMap): void {
    this.#config = config;
  }

  taskConfigs(): readonly ConfigMap[] {
    return [this.#config];
  }

  createTask(): SinkTask {
    return new GatedSinkTask();
  }
}

/**
 * Asks for every batch again while the gate is closed, and takes one small batch at a time. Writes lines `open PARTITION`,
 * `close PARTITION`, `again` and `put PARTITION OFFSET VALUE`.
 */
class GatedSinkTask implements SinkTask {
  #file = '';
  #gate = '';

  start(config: ConfigMap): SinkTaskOptions {
    this.#file = config.get('file') ?? '';
    this.#gate = config.get('gate') ?? '';
    return { valueFormat: 'UTF8', maxBatches: 1, maxBytes: 40 };
  }

  open(partitions: readonly TopicPartitionOffset[]): Promise<void> {
    return this.#write(partitions.map(({ partition }) => `open ${partition}`));
  }

  close(partitions: readonly TopicPartitionOffset[]): Promise<void> {
    return this.#write(partitions.map(({ partition }) => `close ${partition}`));
  }

  async put(batch: SinkBatch): Promise<void> {
    if (!existsSync(this.#gate)) {
      await this.#write(['again']);
      throw new RetriableError('The gate is closed', { retryAfterMs: 20 });
    }
    const lines: string[] = [];
    for (const { partition, offset, value } of batch.records()) {
      lines.push(`put ${partition} ${offset} ${value?.toString() ?? 'null'}`);
    }
    await this.#write(lines);
  }

  #write(lines: readonly string[]): Promise<void> {
    return appendFile(this.#file, lines.map(line => `${line}\n`).join(''));
  }
}
