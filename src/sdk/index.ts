/**
 * What the author of a TypeScript plugin imports as `millrace/sdk`: implement a {@link SourceConnector} and a
 * {@link SourceTask}, or a {@link SinkConnector} and a {@link SinkTask}, and call {@link serve}. The names are Kafka Connect's.
 */
export { ConfigDef, type KeyResult } from '../config/config-def.ts';
export type { ConfigKeySpec, ConfigValue, Validator } from '../config/config-key.ts';
export type { ConfigMap, ParsedConfig } from '../config/parsed-config.ts';
export { allOf, atLeast, between, listOf, nonEmpty, nonNull, oneOf, validator } from '../config/validators.ts';
export { SystemClock, type Clock } from '../async/clock.ts';
export { noHeaders, type RecordHeader, type RecordView } from '../data/record-view.ts';
export { ConfigError, type FieldViolation } from '../errors/connect-error.ts';
export type { Logger } from '../logging/logger.ts';
export type { BatchReader, WireHeader } from '../wire/batch-reader.ts';
export type { RecordPlace } from '../wire/batch-writer.ts';
export type { FailureCategory, Format, SchemaDeclaration, TopicPartitionOffset } from '../wire/data-messages.ts';
export type {
  AlteredSourceOffset,
  Connector,
  ConnectorContext,
  ConnectorRegistration,
  ExactlyOnceSupport,
  SinkConnector,
  SourceConnector,
} from './connector.ts';
export type { SchemaSpec } from './declarations.ts';
export { ConnectorError, type ConnectorErrorOptions, errnoOf, RetriableError } from './failure.ts';
export type { JsonObject } from './json-object.ts';
export { type PluginDefinition, serve } from './serve.ts';
export type * from './sink-task.ts';
export type * from './source-task.ts';
