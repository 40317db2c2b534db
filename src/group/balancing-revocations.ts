import { isEmptyWork, type Items, type WorkSet } from './connectors-and-tasks.ts';
import type { WorkerLoad } from './worker-load.ts';

/**
 * What members have to give up so that nobody has more than its share, connectors and tasks each by themselves. A share counts what
 * is configured and not yet dealt, so that dealing it afterwards ends in balance.
 *
 * @returns by member; without members that give up nothing. Empty when nothing is configured: that is no matter of balance.
 */
export function findBalancingRevocations(
  loads: readonly WorkerLoad[],
  configured: WorkSet,
): ReadonlyMap<string, WorkSet> {
  if (isEmptyWork(configured)) return new Map();
  const connectors = findSurplus(
    loads.map(load => load.connectors),
    configured.connectors.size,
  );
  const tasks = findSurplus(
    loads.map(load => load.tasks),
    configured.tasks.size,
  );
  return new Map(
    loads
      .map(({ memberId }, index): [string, WorkSet] => [
        memberId,
        { connectors: new Map(connectors[index]), tasks: new Map(tasks[index]) },
      ])
      .filter(([, work]) => !isEmptyWork(work)),
  );
}

/** What each has beyond its share, taken from the front of what it has. Nobody's share is less than `floor(total / members)`. */
function findSurplus<T>(held: readonly Items<T>[], total: number): readonly (readonly [string, T][])[] {
  const share = Math.floor(total / held.length);
  let extras = total % held.length;
  return held.map(items => {
    if (items.size <= share) return [];
    const kept = extras > 0 ? share + 1 : share;
    extras -= kept - share;
    return [...items].slice(0, items.size - kept);
  });
}
