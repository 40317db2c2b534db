import type { ConnectValue, SchemaAndValue } from '../data/connect-value.ts';
import type { Schema } from '../data/schema.ts';
import type { SideConversion } from './byte-conversion.ts';
import type { DeclaredSchema, PluginFormat } from './plugin-format.ts';

/** What a converter is used for. */
export type ConverterRole = 'key' | 'value' | 'header';

/**
 * Translates between Kafka's bytes and Connect data, and between Kafka's bytes and those of plugins without building the data
 * where that can be (D3).
 *
 * @see `org.apache.kafka.connect.storage.Converter` and `HeaderConverter`.
 */
export interface Converter {
  /** Java name of the class that it stands for. */
  readonly className: string;

  /**
   * How data that a source plugin declared becomes Kafka's bytes. Null stays null: an absent key or value is a tombstone.
   *
   * @throws {ConnectError} DATA_INVALID when this converter cannot write such data.
   */
  toKafka(schema: DeclaredSchema): SideConversion;

  /**
   * How Kafka's bytes become data of the format that a sink plugin picked. Null stays null.
   *
   * @throws {ConnectError} DATA_INVALID when this converter cannot give that format.
   */
  toPlugin(format: PluginFormat): SideConversion;

  /**
   * Kafka's bytes for a value; null for none.
   *
   * @param schema null for data without schema.
   * @param topic Kafka topic that the record goes to.
   * @throws {ConnectError} DATA_INVALID when the value is not one of the schema, or not one that this converter writes.
   * @throws {SchemaPending} to be called again for the same record once a schema is fetched.
   */
  fromConnectData(schema: Schema | null, value: ConnectValue, topic: string): Uint8Array | null;

  /**
   * The value that Kafka's bytes hold.
   *
   * @param topic Kafka topic that the record comes from.
   * @throws {ConnectError} DATA_INVALID.
   * @throws {SchemaPending} to be called again for the same record once a schema is fetched.
   */
  toConnectData(bytes: Uint8Array | null, topic: string): SchemaAndValue;
}
