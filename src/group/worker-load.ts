import type { ConnectorTaskId } from '../data/connector-task-id.ts';
import { compareText, intersect, type Items, type WorkSet } from './connectors-and-tasks.ts';

/** A member and what it is to run after the round; the one mutable thing of a round, never seen outside of it. */
export interface WorkerLoad extends WorkSet {
  readonly memberId: string;
  readonly connectors: Map<string, string>;
  readonly tasks: Map<string, ConnectorTaskId>;
}

/** A load that can be changed without changing `work`. */
export function toWorkerLoad(memberId: string, work: WorkSet): WorkerLoad {
  return { memberId, connectors: new Map(work.connectors), tasks: new Map(work.tasks) };
}

/** What each member has of `work`. */
export function findHolders(loads: readonly WorkerLoad[], work: WorkSet): ReadonlyMap<string, WorkSet> {
  return new Map(loads.map(load => [load.memberId, intersect(load, work)]));
}

/** Takes from each member what `revoked` has for it. */
export function takeFrom(loads: readonly WorkerLoad[], revoked: ReadonlyMap<string, WorkSet>): void {
  for (const load of loads) {
    const work = revoked.get(load.memberId);
    for (const key of work?.connectors.keys() ?? []) load.connectors.delete(key);
    for (const key of work?.tasks.keys() ?? []) load.tasks.delete(key);
  }
}

/** Gives work to a member. */
export function giveTo(load: WorkerLoad, work: WorkSet): void {
  for (const [key, name] of work.connectors) load.connectors.set(key, name);
  for (const [key, id] of work.tasks) load.tasks.set(key, id);
}

/** Deals work to the members in turn, whatever they have: all connectors, then all tasks from the first member again. */
export function dealInTurn(loads: readonly WorkerLoad[], work: WorkSet): void {
  [...work.connectors].forEach(([key, name], index) => loads[index % loads.length]?.connectors.set(key, name));
  [...work.tasks].forEach(([key, id], index) => loads[index % loads.length]?.tasks.set(key, id));
}

/**
 * Deals work so that the members which have least get it first: all connectors, then all tasks, each counted by themselves. Members
 * with equally much are served in order of their ids.
 */
export function dealToLeastLoaded(loads: readonly WorkerLoad[], work: WorkSet): void {
  deal(
    loads.map(load => ({ memberId: load.memberId, items: load.connectors })),
    work.connectors,
  );
  deal(
    loads.map(load => ({ memberId: load.memberId, items: load.tasks })),
    work.tasks,
  );
}

/**
 * Serves, over and over, all members that have no more than the first one: they form a level that rises until it takes in those
 * above.
 */
function deal<T>(
  loads: readonly { readonly memberId: string; readonly items: Map<string, T> }[],
  dealt: Items<T>,
): void {
  const sorted = loads.toSorted(
    (left, right) => left.items.size - right.items.size || compareText(left.memberId, right.memberId),
  );
  const first = sorted[0];
  if (first === undefined) return;
  const left = [...dealt];
  while (left.length > 0) {
    const level = first.items.size;
    const above = sorted.findIndex(load => load.items.size > level);
    for (const load of sorted.slice(0, above < 0 ? sorted.length : above)) {
      const next = left.shift();
      if (next !== undefined) load.items.set(...next);
    }
  }
}
