import type { ConfigKeySpec } from '../../config/config-key.ts';
import type { ParsedConfig } from '../../config/parsed-config.ts';
import { oneOfIgnoringCase } from '../../config/validators.ts';
import type { JsonValueOptions } from '../json-value.ts';

/** How Connect data and JSON Schema stand for each other. */
export interface JsonSchemaOptions {
  /** For single values, whose form is JsonConverter's. */
  readonly values: JsonValueOptions;
  /** `ignore.default.for.nullables`: null stays null where there is a default. */
  readonly ignoresDefaults: boolean;
  /** `generalized.sum.type.support`: enums and unions are marked as all of Confluent's converters mark them. */
  readonly hasGeneralizedSums: boolean;
  /** `object.additional.properties`: schemas of objects that are written allow further properties. */
  readonly allowsAdditionalProperties: boolean;
  /** `use.optional.for.nonrequired`: properties that are not required become optional fields. */
  readonly usesOptionalForNonRequired: boolean;
  /** `flatten.singleton.unions`: a choice of one is that one. */
  readonly flattensSingletonUnions: boolean;
}

/** Keys of the mapping alone. */
export const jsonSchemaDataKeys: readonly ConfigKeySpec[] = [
  {
    name: 'generalized.sum.type.support',
    type: 'BOOLEAN',
    default: false,
    importance: 'MEDIUM',
    documentation:
      'Whether enums and unions are marked in the way that is common to all converters of schema registries.',
  },
  {
    name: 'ignore.default.for.nullables',
    type: 'BOOLEAN',
    default: false,
    importance: 'MEDIUM',
    documentation: 'Whether null stays null where the schema has a default, instead of becoming it.',
  },
  {
    name: 'object.additional.properties',
    type: 'BOOLEAN',
    default: true,
    importance: 'MEDIUM',
    documentation: 'Whether schemas of objects allow properties that they do not name.',
  },
  {
    name: 'use.optional.for.nonrequired',
    type: 'BOOLEAN',
    default: false,
    importance: 'MEDIUM',
    documentation: 'Whether properties that are not required become optional fields.',
  },
  {
    name: 'decimal.format',
    type: 'STRING',
    default: 'BASE64',
    validator: oneOfIgnoringCase('base64', 'numeric'),
    importance: 'LOW',
    documentation: 'How decimals are written: `BASE64` or `NUMERIC`, in any case.',
  },
  {
    name: 'flatten.singleton.unions',
    type: 'BOOLEAN',
    default: true,
    importance: 'LOW',
    documentation: 'Whether a `oneOf`, `anyOf` or `allOf` of one schema is that schema.',
  },
];

/** The options that these settings ask for. */
export function readJsonSchemaOptions(config: ParsedConfig): JsonSchemaOptions {
  return {
    values: {
      replacesNullWithDefault: true,
      decimalFormat: config.string('decimal.format').toUpperCase() === 'NUMERIC' ? 'NUMERIC' : 'BASE64',
    },
    ignoresDefaults: config.boolean('ignore.default.for.nullables'),
    hasGeneralizedSums: config.boolean('generalized.sum.type.support'),
    allowsAdditionalProperties: config.boolean('object.additional.properties'),
    usesOptionalForNonRequired: config.boolean('use.optional.for.nonrequired'),
    flattensSingletonUnions: config.boolean('flatten.singleton.unions'),
  };
}
