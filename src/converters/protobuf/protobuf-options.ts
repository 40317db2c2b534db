import type { ConfigKeySpec } from '../../config/config-key.ts';
import type { ParsedConfig } from '../../config/parsed-config.ts';

/** How Connect data and Protobuf stand for each other. */
export interface ProtobufOptions {
  readonly hasGeneralizedSums: boolean;
  readonly ignoresDefaults: boolean;
  /** Names of schemas have their package. */
  readonly isEnhanced: boolean;
  readonly scrubsNames: boolean;
  readonly usesIntForEnums: boolean;
  readonly usesOptionalForNullables: boolean;
  readonly supportsProto2Optional: boolean;
  readonly usesWrapperForNullables: boolean;
  readonly unwrapsRawPrimitives: boolean;
  readonly makesStructForNulls: boolean;
  readonly indexesUnions: boolean;
  readonly flattensUnions: boolean;
}

const key = (name: string, isOn: boolean, documentation: string): ConfigKeySpec => ({
  name,
  type: 'BOOLEAN',
  default: isOn,
  importance: 'MEDIUM',
  documentation,
});

/** Keys of the mapping alone, with Confluent's names and defaults. */
export const protobufDataKeys: readonly ConfigKeySpec[] = [
  key(
    'generalized.sum.type.support',
    false,
    'Whether enums and unions are marked in the way that is common to all converters of schema registries.',
  ),
  key('ignore.default.for.nullables', false, 'Whether null stays null where the schema has a default.'),
  key('enhanced.protobuf.schema.support', false, 'Whether names of schemas keep the package of their message.'),
  key('scrub.invalid.names', false, 'Whether signs that Protobuf names cannot have are replaced.'),
  key('int.for.enums', false, 'Whether enums are numbers instead of texts.'),
  key('optional.for.nullables', false, 'Whether fields that may be null are marked `optional`.'),
  key('optional.for.proto2', true, 'Whether optional fields of proto2 that are not there are null.'),
  key('wrapper.for.nullables', false, "Whether single values that may be null are put into Google's wrapper messages."),
  key('wrapper.for.raw.primitives', true, 'Whether a wrapper message that is all of the data is its value.'),
  key(
    'generate.struct.for.nulls',
    false,
    'Whether a message that is not there is a struct of defaults instead of null.',
  ),
  key('generate.index.for.unions', true, 'Whether the name of a union ends with its place in the message.'),
  key('flatten.unions', false, 'Whether the fields of a `oneof` are fields of its message.'),
];

/** The options that these settings ask for. */
export function readProtobufOptions(config: ParsedConfig): ProtobufOptions {
  return {
    hasGeneralizedSums: config.boolean('generalized.sum.type.support'),
    ignoresDefaults: config.boolean('ignore.default.for.nullables'),
    isEnhanced: config.boolean('enhanced.protobuf.schema.support'),
    scrubsNames: config.boolean('scrub.invalid.names'),
    usesIntForEnums: config.boolean('int.for.enums'),
    usesOptionalForNullables: config.boolean('optional.for.nullables'),
    supportsProto2Optional: config.boolean('optional.for.proto2'),
    usesWrapperForNullables: config.boolean('wrapper.for.nullables'),
    unwrapsRawPrimitives: config.boolean('wrapper.for.raw.primitives'),
    makesStructForNulls: config.boolean('generate.struct.for.nulls'),
    indexesUnions: config.boolean('generate.index.for.unions'),
    flattensUnions: config.boolean('flatten.unions'),
  };
}
