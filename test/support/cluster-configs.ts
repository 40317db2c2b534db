import { ClusterConfigBuilder } from '../../src/storage/cluster-config-builder.ts';
import type { ClusterConfig } from '../../src/storage/cluster-config.ts';
import { parseConfigRecord } from '../../src/storage/config-records.ts';
import type { ConfigUpdate, ConnectorConfig } from '../../src/storage/config-store.ts';

/** A configuration of one key. */
export const configOf = (value: string): ConnectorConfig => new Map([['key', value]]);

/** All that a snapshot says, as plain data. Only connectors that something is known of; sorted. */
export function toPlain(config: ClusterConfig, names: readonly string[] = config.connectors()): unknown {
  const plain = (map: ConnectorConfig | null): unknown => map && Object.fromEntries([...map].toSorted());
  return {
    offset: config.offset,
    sessionKey: config.sessionKey && {
      key: Buffer.from(config.sessionKey.key).toString('base64'),
      algorithm: config.sessionKey.algorithm,
      createdAtMs: config.sessionKey.createdAtMs,
    },
    connectors: config.connectors(),
    inconsistent: config.inconsistentConnectors(),
    of: Object.fromEntries(
      names.map(name => [
        name,
        {
          config: plain(config.connectorConfig(name)),
          applied: plain(config.appliedConnectorConfig(name)),
          targetState: config.targetState(name),
          taskCount: config.taskCount(name),
          tasks: config.tasks(name).map(id => plain(config.taskConfig(id))),
          taskCountRecord: config.taskCountRecord(name),
          generation: config.taskConfigGeneration(name),
          isPendingFencing: config.isPendingFencing(name),
        },
      ]),
    ),
  };
}

/** A record as a test writes it down: key, then value or nothing for a tombstone. */
export type RecordLine = readonly [key: string, value?: string];

/** Reads records from offset 0 on, as a worker that starts. */
export function readConfig(lines: readonly RecordLine[]): {
  readonly config: ClusterConfig;
  readonly updates: readonly ConfigUpdate[];
} {
  const builder = new ClusterConfigBuilder();
  const updates: ConfigUpdate[] = [];
  for (const [offset, [key, value]] of lines.entries()) {
    const record = parseConfigRecord(Buffer.from(key), value === undefined ? null : Buffer.from(value));
    if (record.kind === 'ignored') builder.count(offset);
    else if (record.kind !== 'undecodable') updates.push(...builder.apply(record, offset));
  }
  return { config: builder.snapshot, updates };
}

/** The value of a connector's or a task's record. */
export const properties = (value: string): string => `{"properties":{"key":"${value}"}}`;
