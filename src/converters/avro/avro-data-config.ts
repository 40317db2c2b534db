import type { ConfigKeySpec } from '../../config/config-key.ts';
import type { ParsedConfig } from '../../config/parsed-config.ts';

/** How Connect data and Avro are made of each other. */
export interface AvroDataConfig {
  /** `generalized.sum.type.support`: enums and unions as all of Confluent's converters have them. */
  readonly generalizesSums: boolean;
  /** `ignore.default.for.nullables` */
  readonly ignoresDefaults: boolean;
  /** `enhanced.avro.schema.support`: enums stay enums, branches of unions have full names. */
  readonly isEnhanced: boolean;
  /** `scrub.invalid.names` */
  readonly scrubsNames: boolean;
  /** `connect.meta.data` */
  readonly hasMetaData: boolean;
  /** `discard.type.doc.default` */
  readonly discardsTypeDoc: boolean;
  /** `allow.optional.map.keys` */
  readonly allowsOptionalKeys: boolean;
  /** `flatten.singleton.unions` */
  readonly flattensSingletons: boolean;
}

/** What plugins' AVRO is read and written with: nothing that Avro can say is lost. */
export const losslessAvroData: AvroDataConfig = {
  generalizesSums: false,
  ignoresDefaults: false,
  isEnhanced: true,
  scrubsNames: true,
  hasMetaData: true,
  discardsTypeDoc: false,
  allowsOptionalKeys: false,
  flattensSingletons: true,
};

const key = (name: string, importance: 'MEDIUM' | 'LOW', isOn: boolean, documentation: string): ConfigKeySpec => ({
  name,
  type: 'BOOLEAN',
  default: isOn,
  importance,
  documentation,
});

/** The keys, with Confluent's names and defaults. */
export const avroDataKeys: readonly ConfigKeySpec[] = [
  key(
    'generalized.sum.type.support',
    'MEDIUM',
    false,
    "Whether enums and unions are kept in the form that Confluent's other converters share.",
  ),
  key('ignore.default.for.nullables', 'MEDIUM', false, 'Whether null stays null where its schema has a default.'),
  key(
    'enhanced.avro.schema.support',
    'MEDIUM',
    false,
    'Whether Avro enums stay enums, and branches of unions are told apart by full names.',
  ),
  key('scrub.invalid.names', 'MEDIUM', false, 'Whether signs that Avro names cannot have are replaced.'),
  key(
    'connect.meta.data',
    'LOW',
    true,
    "Whether Avro schemas get attributes `connect.*` with what Avro has no word for, and documentation is read from Avro's.",
  ),
  key(
    'discard.type.doc.default',
    'LOW',
    false,
    'Whether only documentation and defaults of Avro fields are kept, not those of their types.',
  ),
  key('allow.optional.map.keys', 'LOW', false, 'Whether maps whose text keys are optional become Avro maps.'),
  key('flatten.singleton.unions', 'LOW', true, 'Whether a union of one type is read as that type.'),
];

/** What the settings say. */
export function readAvroDataConfig(config: ParsedConfig): AvroDataConfig {
  return {
    generalizesSums: config.boolean('generalized.sum.type.support'),
    ignoresDefaults: config.boolean('ignore.default.for.nullables'),
    isEnhanced: config.boolean('enhanced.avro.schema.support'),
    scrubsNames: config.boolean('scrub.invalid.names'),
    hasMetaData: config.boolean('connect.meta.data'),
    discardsTypeDoc: config.boolean('discard.type.doc.default'),
    allowsOptionalKeys: config.boolean('allow.optional.map.keys'),
    flattensSingletons: config.boolean('flatten.singleton.unions'),
  };
}
