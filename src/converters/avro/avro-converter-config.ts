import { ConfigDef } from '../../config/config-def.ts';
import type { ConfigMap } from '../../config/parsed-config.ts';
import { readCacheSize, readSubjectConfig, registryConverterKeys } from '../registry/subject-config.ts';
import type { SubjectConfig } from '../registry/typed-registry.ts';
import { avroDataKeys, readAvroDataConfig, type AvroDataConfig } from './avro-data-config.ts';

/** Settings of AvroConverter. */
export const avroConverterConfigDef = new ConfigDef().defineAll([...registryConverterKeys, ...avroDataKeys]);

/** What the settings say. */
export interface AvroConverterConfig extends SubjectConfig {
  readonly data: AvroDataConfig;
  readonly cacheSize: number;
}

/** @throws {ConfigError} */
export function parseAvroConverterConfig(settings: ConfigMap, role: 'key' | 'value'): AvroConverterConfig {
  const config = avroConverterConfigDef.parse(settings);
  return {
    ...readSubjectConfig(settings, config, role),
    data: readAvroDataConfig(config),
    cacheSize: readCacheSize(config),
  };
}
