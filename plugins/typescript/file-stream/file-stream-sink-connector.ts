import type { ConfigDef, ConfigMap, SinkConnector } from '../../../src/sdk/index.ts';
import { sinkConfigDef } from './file-stream-sink-config.ts';
import { FileStreamSinkTask } from './file-stream-sink-task.ts';

/**
 * Appends values to a file, one per line. Without `file` the lines go to the plugin's standard output, which the worker
 * forwards to its log.
 *
 * @see `FileStreamSinkConnector` in Kafka Connect.
 */
export class FileStreamSinkConnector implements SinkConnector {
  #config: ConfigMap = new Map();

  config(): ConfigDef {
    return sinkConfigDef;
  }

  start(config: ConfigMap): void {
    sinkConfigDef.parse(config);
    this.#config = config;
  }

  /** All tasks append to the same file. */
  taskConfigs(maxTasks: number): readonly ConfigMap[] {
    return Array.from({ length: maxTasks }, () => this.#config);
  }

  createTask(): FileStreamSinkTask {
    return new FileStreamSinkTask();
  }

  /** A file has no offsets of its own, so all is done when those of the consumer group are altered. */
  alterOffsets(): boolean {
    return true;
  }
}
