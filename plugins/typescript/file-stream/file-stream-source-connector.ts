import {
  type AlteredSourceOffset,
  type ConfigDef,
  type ConfigMap,
  ConnectorError,
  type JsonObject,
  type KeyResult,
  type SourceConnector,
} from '../../../src/sdk/index.ts';
import { hasFile, noStdin, parseSourceConfig, sourceConfigDef } from './file-stream-source-config.ts';
import { FileStreamSourceTask } from './file-stream-source-task.ts';

/**
 * Reads a file line by line. Keys, their order and their texts are Kafka Connect's; only the standard input, which Kafka
 * Connect reads where `file` is absent, is refused.
 *
 * @see `FileStreamSourceConnector` in Kafka Connect.
 */
export class FileStreamSourceConnector implements SourceConnector {
  #config: ConfigMap = new Map();

  config(): ConfigDef {
    return sourceConfigDef;
  }

  validate(config: ConfigMap, results: readonly KeyResult[]): readonly KeyResult[] {
    if (hasFile(config)) return results;
    return results.map(result =>
      result.name === 'file' ? { ...result, errors: [...result.errors, noStdin] } : result,
    );
  }

  start(config: ConfigMap): void {
    parseSourceConfig(config);
    this.#config = config;
  }

  /** One file is one stream, however many tasks there may be. */
  taskConfigs(): readonly ConfigMap[] {
    return [this.#config];
  }

  createTask(): FileStreamSourceTask {
    return new FileStreamSourceTask();
  }

  alterOffsets(config: ConfigMap, offsets: readonly AlteredSourceOffset[]): boolean {
    if (!hasFile(config)) {
      throw refused(
        "Offsets cannot be modified if the 'file' configuration is unspecified. This is because stdin is used for input and " +
          'offsets are not tracked.',
      );
    }
    for (const { partition, offset } of offsets) checkAlteration(partition, offset);
    return true;
  }
}

/** A null offset is always allowed, so that offsets of a wrong shape can be got rid of. */
function checkAlteration(partition: JsonObject | null, offset: JsonObject | null): void {
  if (offset === null) return;
  if (!Object.hasOwn(offset, 'position')) {
    throw refused("Offset objects should either be null or contain the key 'position'");
  }
  const position = offset['position'];
  if (typeof position !== 'number' || !Number.isInteger(position)) {
    throw refused("The value for the 'position' key in the offset is expected to be a Long value");
  }
  if (position < 0) throw refused("The value for the 'position' key in the offset should be a non-negative value");
  if (partition === null) throw refused('Partition objects cannot be null');
  if (!Object.hasOwn(partition, 'filename')) throw refused("Partition objects should contain the key 'filename'");
}

function refused(message: string): ConnectorError {
  return new ConnectorError({ category: 'CONFIG', code: 'OFFSETS_REFUSED' }, message);
}
