import { ConfigDef, type ConfigMap } from '../../../src/sdk/index.ts';

/** Keys of the sink: Kafka Connect's, with its texts. */
export const sinkConfigDef = new ConfigDef().define({
  name: 'file',
  type: 'STRING',
  default: null,
  importance: 'HIGH',
  documentation: 'Destination filename. If not specified, the standard output will be used',
});

/** File of a sink task; null for the standard output. @throws {ConfigError} with every wrong key. */
export function parseSinkFile(config: ConfigMap): string | null {
  return sinkConfigDef.parse(config).stringOrNull('file');
}
