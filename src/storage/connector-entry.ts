import { assertNever } from '../errors/assert-never.ts';
import type { ConnectorRecord } from './config-records.ts';
import type { ConfigUpdate, ConnectorConfig } from './config-store.ts';
import type { TargetState } from './states.ts';

/**
 * What the config topic says about one connector, as a pure fold over its records.
 *
 * The records of one change are several, and compaction removes the older of two with one key. So a reader from the beginning may
 * find a commit whose task records are gone, because they were written again later, and perhaps never committed: that connector is
 * *inconsistent*. And it may find task and commit records of a connector whose own record and tombstone are both gone
 * (KAFKA-16838): they count for nothing.
 */
export interface ConnectorEntry {
  /** Null when the connector does not exist. */
  readonly config: ConnectorConfig | null;
  /** Null when no record says one; a connector that exists is then STARTED. */
  readonly targetState: TargetState | null;
  /** Task records since the last commit; null when there was none since the connector was last deleted. */
  readonly deferred: ReadonlyMap<number, ConnectorConfig> | null;
  /** The committed ones. Those at and beyond the task count are left over and mean nothing. */
  readonly taskConfigs: ReadonlyMap<number, ConnectorConfig>;
  readonly taskCount: number | null;
  readonly appliedConfig: ConnectorConfig | null;
  readonly isInconsistent: boolean;
  readonly taskConfigGeneration: number | null;
  readonly taskCountRecord: number | null;
  readonly isPendingFencing: boolean;
}

/** Nothing is known of the connector. */
export const emptyEntry: ConnectorEntry = {
  config: null,
  targetState: null,
  deferred: null,
  taskConfigs: new Map(),
  taskCount: null,
  appliedConfig: null,
  isInconsistent: false,
  taskConfigGeneration: null,
  taskCountRecord: null,
  isPendingFencing: false,
};

/** The entry after a record of its connector, and what that changed for its readers. */
export function applyConnectorRecord(
  entry: ConnectorEntry,
  record: ConnectorRecord,
): readonly [ConnectorEntry, readonly ConfigUpdate[]] {
  switch (record.kind) {
    case 'target-state':
      return applyTargetState(entry, record.connector, record.state);
    case 'connector':
      return applyConfig(entry, record.connector, record.config);
    case 'task':
      // Takes effect with all others of its commit, or not at all.
      return [{ ...entry, deferred: new Map(entry.deferred).set(record.task, record.config) }, []];
    case 'commit':
      return applyCommit(entry, record.connector, record.taskCount);
    case 'task-count':
      return [{ ...entry, taskCountRecord: record.taskCount, isPendingFencing: false }, []];
    default:
      return assertNever(record);
  }
}

function applyTargetState(
  entry: ConnectorEntry,
  connector: string,
  state: TargetState | null,
): readonly [ConnectorEntry, readonly ConfigUpdate[]] {
  const isChanged = state !== null && state !== (entry.targetState ?? 'STARTED');
  // Before the connector exists it is the initial state of one that is being created: nobody has to act on it yet. And a removed one
  // belongs to a deletion, which is told by itself.
  const updates: readonly ConfigUpdate[] =
    isChanged && entry.config !== null ? [{ kind: 'target-state', connector, state }] : [];
  return [{ ...entry, targetState: state }, updates];
}

function applyConfig(
  entry: ConnectorEntry,
  connector: string,
  config: ConnectorConfig | null,
): readonly [ConnectorEntry, readonly ConfigUpdate[]] {
  if (config === null) {
    const updates: readonly ConfigUpdate[] = entry.config === null ? [] : [{ kind: 'connector-removed', connector }];
    return [removeConnector(entry), updates];
  }
  return [{ ...entry, config }, [{ kind: 'connector-config', connector, isNew: entry.config === null }]];
}

function applyCommit(
  entry: ConnectorEntry,
  connector: string,
  taskCount: number | null,
): readonly [ConnectorEntry, readonly ConfigUpdate[]] {
  if (entry.config === null) return [removeConnector(entry), []];
  if (taskCount === null) return [entry, []];
  const { deferred } = entry;
  const committed = { ...entry, taskCount, deferred: deferred === null ? null : noTasks, isPendingFencing: true };
  if (!hasAllTasks(deferred ?? noTasks, taskCount)) {
    return [{ ...committed, isInconsistent: true }, [{ kind: 'task-configs', connector, tasks: [] }]];
  }
  const changed = {
    ...committed,
    isInconsistent: false,
    appliedConfig: entry.config,
    taskConfigs: new Map([...entry.taskConfigs, ...(deferred ?? noTasks)]),
    taskConfigGeneration: deferred === null ? entry.taskConfigGeneration : (entry.taskConfigGeneration ?? -1) + 1,
  };
  return [changed, [{ kind: 'task-configs', connector, tasks: [...(deferred?.keys() ?? [])] }]];
}

const noTasks: ReadonlyMap<number, ConnectorConfig> = new Map();

/** More than those may be there: a smaller set after a larger one finds what compaction left of the larger. */
function hasAllTasks(configs: ReadonlyMap<number, ConnectorConfig>, taskCount: number): boolean {
  if (configs.size < taskCount) return false;
  for (let task = 0; task < taskCount; task += 1) if (!configs.has(task)) return false;
  return true;
}

/** What is known of its producers outlives a connector: one of the same name must still fence them. */
function removeConnector(entry: ConnectorEntry): ConnectorEntry {
  return { ...entry, config: null, taskCount: null, taskConfigs: noTasks, deferred: null, appliedConfig: null };
}
