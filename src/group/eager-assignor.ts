import type { ConnectorTaskId } from '../data/connector-task-id.ts';
import { compareText, toSorted, type WorkSet } from './connectors-and-tasks.ts';

/**
 * Deals all connectors, then all tasks, in turn to the members in order of their ids, whatever they had before: for protocol
 * `default`, whose members stop everything before they join. Deterministic.
 *
 * @returns by member id; every member has one.
 * @see `EagerAssignor` in Kafka Connect.
 */
export function assignEagerly(memberIds: readonly string[], configured: WorkSet): ReadonlyMap<string, WorkSet> {
  const takers = memberIds.toSorted(compareText).map(memberId => ({
    memberId,
    connectors: new Map<string, string>(),
    tasks: new Map<string, ConnectorTaskId>(),
  }));
  const { connectors, tasks } = toSorted(configured);
  let dealt = 0;
  for (const [key, name] of connectors) takers[dealt++ % takers.length]?.connectors.set(key, name);
  for (const [key, id] of tasks) takers[dealt++ % takers.length]?.tasks.set(key, id);
  return new Map(takers.map(({ memberId, ...work }) => [memberId, work]));
}
