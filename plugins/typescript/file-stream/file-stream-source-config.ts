import { ConfigDef, ConfigError, type ConfigMap, nonEmpty } from '../../../src/sdk/index.ts';

/** Keys of the source: Kafka Connect's, in its order, with its texts. */
export const sourceConfigDef = new ConfigDef()
  .define({
    name: 'file',
    type: 'STRING',
    default: null,
    importance: 'HIGH',
    documentation: 'Source filename. If not specified, the standard input will be used',
  })
  .define({
    name: 'topic',
    type: 'STRING',
    validator: nonEmpty(),
    importance: 'HIGH',
    documentation: 'The topic to publish data to',
  })
  .define({
    name: 'batch.size',
    type: 'INT',
    default: 2000,
    importance: 'LOW',
    documentation: 'The maximum number of records the Source task can read from file one time',
  });

/** Why a source without a file is refused. */
export const noStdin =
  'A file is needed here: the standard input of a plugin process belongs to the worker, so there is none to read from';

/**
 * Values of a source task's configuration.
 *
 * @throws {ConfigError} with every wrong key.
 */
export function parseSourceConfig(config: ConfigMap): {
  readonly file: string;
  readonly topic: string;
  readonly batchSize: number;
} {
  const parsed = sourceConfigDef.parse(config);
  const file = parsed.stringOrNull('file') ?? '';
  if (file === '') throw new ConfigError(noStdin, [{ key: 'file', message: noStdin }]);
  return { file, topic: parsed.string('topic'), batchSize: parsed.int('batch.size') };
}

/** Whether a file is configured. */
export function hasFile(config: ConfigMap): boolean {
  return (config.get('file') ?? '') !== '';
}
