import { ConfigDef } from '../../config/config-def.ts';
import type { ConfigMap } from '../../config/parsed-config.ts';
import { parseRegistryConfig, type RegistryConfig } from '../registry/registry-config.ts';
import { registryKeys } from '../registry/registry-keys.ts';
import { readSchemaChoice, refuseUnavailable, serializerKeys, type SchemaChoice } from '../registry/serializer-keys.ts';
import { createSubjectNameStrategy, type SubjectNameStrategy } from '../registry/subject-name.ts';
import { avroDataKeys, readAvroDataConfig, type AvroDataConfig } from './avro-data-config.ts';

/** Settings of AvroConverter. */
export const avroConverterConfigDef = new ConfigDef().defineAll([
  ...registryKeys,
  ...serializerKeys,
  ...avroDataKeys,
  {
    name: 'schemas.cache.config',
    type: 'INT',
    default: 1000,
    importance: 'LOW',
    documentation: 'Most schemas that are kept compiled.',
  },
]);

/** What the settings say. */
export interface AvroConverterConfig {
  readonly registry: RegistryConfig;
  readonly choice: SchemaChoice;
  readonly normalize: boolean;
  readonly subjects: SubjectNameStrategy;
  readonly data: AvroDataConfig;
  readonly cacheSize: number;
}

/** @throws {ConfigError} */
export function parseAvroConverterConfig(settings: ConfigMap, role: 'key' | 'value'): AvroConverterConfig {
  refuseUnavailable(settings);
  const config = avroConverterConfigDef.parse(settings);
  return {
    registry: parseRegistryConfig(settings),
    choice: readSchemaChoice(config),
    normalize: config.boolean('normalize.schemas'),
    subjects: createSubjectNameStrategy(config.string(`${role}.subject.name.strategy`), role),
    data: readAvroDataConfig(config),
    cacheSize: Math.max(1, config.int('schemas.cache.config')),
  };
}
