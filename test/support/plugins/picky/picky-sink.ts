import { appendFile } from 'node:fs/promises';
import {
  ConfigDef,
  type ConfigMap,
  ConnectorError,
  RetriableError,
  type SinkBatch,
  type SinkConnector,
  type SinkRecord,
  type SinkTask,
  type SinkTaskOptions,
} from '../../../../src/sdk/index.ts';

/** Plans one task, which has the connector's configuration. */
export class PickySinkConnector implements SinkConnector {
  #config: ConfigMap = new Map();

  config(): ConfigDef {
    return new ConfigDef().define({
      name: 'file',
      type: 'STRING',
      importance: 'HIGH',
      documentation: 'Where to write.',
    });
  }

  start(config: ConfigMap): void {
    this.#config = config;
  }

  taskConfigs(): readonly ConfigMap[] {
    return [this.#config];
  }

  createTask(): SinkTask {
    return new PickySinkTask();
  }
}

/** Appends values to a file as lines, but for those that begin with `errant`, which it reports, and `again`, for which it is never ready. */
class PickySinkTask implements SinkTask {
  #file = '';

  start(config: ConfigMap): SinkTaskOptions {
    this.#file = config.get('file') ?? '';
    return { valueFormat: 'UTF8' };
  }

  async put(batch: SinkBatch): Promise<void> {
    const lines: string[] = [];
    for (const record of batch.records()) {
      const text = textOf(record);
      if (text.startsWith('again')) throw new RetriableError(`Not ready for '${text}'`, { retryAfterMs: 50 });
      if (text.startsWith('errant')) batch.report(record, refusal(text));
      else lines.push(`${text}\n`);
    }
    await appendFile(this.#file, lines.join(''));
  }
}

function textOf({ value }: SinkRecord): string {
  return value?.toString() ?? 'null';
}

function refusal(text: string): ConnectorError {
  return new ConnectorError({ category: 'DATA', code: 'NOT_TAKEN' }, `The sink does not take '${text}'`);
}
