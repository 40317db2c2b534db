import { ConfigDef } from './config-def.ts';
import { connectorKeys, sinkKeys, sourceKeys } from './connector-keys.ts';
import { millraceConnectorKeys } from './millrace-keys.ts';
import type { ConfigMap, ParsedConfig } from './parsed-config.ts';

/** The two kinds of connectors. */
export type ConnectorType = 'source' | 'sink';

/** Keys of source connectors, without those of their plugin. */
export const sourceConfigDef = new ConfigDef()
  .defineAll(connectorKeys)
  .defineAll(sourceKeys)
  .defineAll(millraceConnectorKeys);

/** Keys of sink connectors, without those of their plugin. */
export const sinkConfigDef = new ConfigDef()
  .defineAll(connectorKeys)
  .defineAll(sinkKeys)
  .defineAll(millraceConnectorKeys);

/** Keys of connectors of that kind. */
export function connectorConfigDef(type: ConnectorType): ConfigDef {
  return type === 'source' ? sourceConfigDef : sinkConfigDef;
}

/**
 * Typed values of a connector's configuration. Checks each key for itself; what keys must keep together, and what this version
 * does not have, is `validateConnectorConfig`'s to tell.
 *
 * @param props with references to config providers already resolved.
 * @throws {ConfigError} with every wrong key.
 */
export function parseConnectorConfig(type: ConnectorType, props: ConfigMap): ParsedConfig {
  return connectorConfigDef(type).parse(props);
}

/** The topics that a sink names, without empty ones and repetitions; empty where it has a pattern instead. */
export function sinkTopics(config: ParsedConfig): readonly string[] {
  return [...new Set(config.list('topics').filter(topic => topic !== ''))];
}
