/** Keys that say which schema of a registry data is written with. Names and defaults are Confluent's. */
import type { ConfigKeySpec } from '../../config/config-key.ts';
import type { ConfigMap, ParsedConfig } from '../../config/parsed-config.ts';
import { atLeast } from '../../config/validators.ts';
import { ConfigError } from '../../errors/connect-error.ts';
import { subjectNameKeys } from './subject-name.ts';

/** Which schema data is written with. */
export type SchemaChoice =
  /** The data's own, registered where it is not. */
  | { readonly kind: 'register' }
  /** The one of that id. */
  | { readonly kind: 'id'; readonly id: number; readonly isStrict: boolean }
  /** The latest of the subject. */
  | { readonly kind: 'latest'; readonly isStrict: boolean }
  /** The data's own, which has to be there. */
  | { readonly kind: 'look-up' };

/** The keys. */
export const serializerKeys: readonly ConfigKeySpec[] = [
  {
    name: 'auto.register.schemas',
    type: 'BOOLEAN',
    default: true,
    importance: 'MEDIUM',
    documentation:
      'Whether a schema that its subject lacks is registered. The three keys below matter only where it is off.',
  },
  {
    name: 'use.schema.id',
    type: 'INT',
    default: -1,
    validator: atLeast(-1),
    importance: 'LOW',
    documentation: 'Id of the schema that everything is written with; -1 for none.',
  },
  {
    name: 'id.compatibility.strict',
    type: 'BOOLEAN',
    default: true,
    importance: 'LOW',
    documentation: "Whether the schema of `use.schema.id` has to be able to read what the data's own schema writes.",
  },
  {
    name: 'use.latest.version',
    type: 'BOOLEAN',
    default: false,
    importance: 'LOW',
    documentation: 'Whether data is written with the latest version of its subject.',
  },
  {
    name: 'latest.compatibility.strict',
    type: 'BOOLEAN',
    default: true,
    importance: 'LOW',
    documentation: "Whether the latest version has to be able to read what the data's own schema writes.",
  },
  {
    name: 'normalize.schemas',
    type: 'BOOLEAN',
    default: false,
    importance: 'MEDIUM',
    documentation: 'Whether the registry takes schemas as equal that differ only in the order of what has none.',
  },
  ...subjectNameKeys,
];

/** The choice that the settings make, in Confluent's order of precedence. */
export function readSchemaChoice(config: ParsedConfig): SchemaChoice {
  if (config.boolean('auto.register.schemas')) return { kind: 'register' };
  const id = config.int('use.schema.id');
  if (id >= 0) return { kind: 'id', id, isStrict: config.boolean('id.compatibility.strict') };
  if (!config.boolean('use.latest.version')) return { kind: 'look-up' };
  return { kind: 'latest', isStrict: config.boolean('latest.compatibility.strict') };
}

const unavailableKeys = [
  'use.schema.guid',
  'use.latest.with.metadata',
  'context.name.strategy',
  'rule.executors',
  'rule.actions',
  'schema.backup.enabled',
  'key.schema.id.serializer',
  'value.schema.id.serializer',
  'key.schema.id.deserializer',
  'value.schema.id.deserializer',
];

/** @throws {ConfigError} for settings of Confluent's serializers that are not honoured here. */
export function refuseUnavailable(settings: ConfigMap): void {
  const key = unavailableKeys.find(candidate => (settings.get(candidate) ?? '') !== '');
  if (key === undefined) return;
  const message = `Configuration ${key} is not available in this version of Millrace; remove the setting`;
  throw new ConfigError(message, [{ key, message }]);
}
