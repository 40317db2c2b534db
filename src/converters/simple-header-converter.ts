import type { ConnectValue, SchemaAndValue } from '../data/connect-value.ts';
import { nullSchemaAndValue } from '../data/connect-value.ts';
import type { Schema } from '../data/schema.ts';
import { valueToText } from '../data/value-literal-text.ts';
import { parseValue } from '../data/value-parser.ts';
import type { SideConversion } from './byte-conversion.ts';
import type { Converter } from './converter.ts';
import { DataToKafka, DataToPlugin } from './data-conversion.ts';
import { isRaw, type DeclaredSchema, type PluginFormat } from './plugin-format.ts';

/**
 * Header values as text whose type is guessed when it is read: `true`, `false`, `null`, numbers, times in ISO form, lists and maps
 * become what they look like, numbers as small as they fit; all else stays text. Between Kafka and a plugin text goes as it is,
 * unguessed.
 *
 * @see `org.apache.kafka.connect.storage.SimpleHeaderConverter`.
 */
export class SimpleHeaderConverter implements Converter {
  readonly className = 'org.apache.kafka.connect.storage.SimpleHeaderConverter';

  toKafka(schema: DeclaredSchema): SideConversion {
    return schema.format === 'UTF8' || schema.format === 'PRE_ENCODED' ? 'as-is' : new DataToKafka(this, schema);
  }

  toPlugin(format: PluginFormat): SideConversion {
    return isRaw(format) || format === 'UTF8' || format === 'PRE_ENCODED' ? 'as-is' : new DataToPlugin(this, format);
  }

  fromConnectData(schema: Schema | null, value: ConnectValue): Uint8Array | null {
    return value === null ? null : Buffer.from(valueToText(schema, value));
  }

  toConnectData(bytes: Uint8Array | null): SchemaAndValue {
    if (bytes === null) return nullSchemaAndValue;
    return parseValue(Buffer.from(bytes).toString('utf8'));
  }
}
