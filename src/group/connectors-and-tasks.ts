/** What workers share out among themselves: connector instances and tasks, as ordered sets, and the algebra of such sets. */
import { nameOfTask, type ConnectorTaskId } from '../data/connector-task-id.ts';

/** Connector instances and tasks, each at most once. */
export interface ConnectorsAndTasks {
  readonly connectors: readonly string[];
  readonly tasks: readonly ConnectorTaskId[];
}

/** Things of one kind by their key, in order. */
export type Items<T> = ReadonlyMap<string, T>;

/** {@link ConnectorsAndTasks} that can be searched. Immutable; every operation keeps the order of its left side. */
export interface WorkSet {
  /** By name. */
  readonly connectors: Items<string>;
  /** By `connector-number`. */
  readonly tasks: Items<ConnectorTaskId>;
}

/** No connector, no task. */
export const nothing: ConnectorsAndTasks = { connectors: [], tasks: [] };

/** {@link nothing}, as a set. */
export const emptyWork: WorkSet = { connectors: new Map(), tasks: new Map() };

export function toWorkSet({ connectors, tasks }: ConnectorsAndTasks): WorkSet {
  return {
    connectors: new Map(connectors.map(name => [name, name])),
    tasks: new Map(tasks.map(task => [nameOfTask(task), task])),
  };
}

export function toConnectorsAndTasks({ connectors, tasks }: WorkSet): ConnectorsAndTasks {
  return { connectors: [...connectors.values()], tasks: [...tasks.values()] };
}

/** All that is in any of the sets. */
export function unite(sets: Iterable<WorkSet>): WorkSet {
  const connectors = new Map<string, string>();
  const tasks = new Map<string, ConnectorTaskId>();
  for (const set of sets) {
    for (const [key, name] of set.connectors) connectors.set(key, name);
    for (const [key, id] of set.tasks) tasks.set(key, id);
  }
  return { connectors, tasks };
}

/** What is in `base` and in none of the others. */
export function subtract(base: WorkSet, ...others: readonly WorkSet[]): WorkSet {
  return {
    connectors: keep(base.connectors, key => others.every(other => !other.connectors.has(key))),
    tasks: keep(base.tasks, key => others.every(other => !other.tasks.has(key))),
  };
}

/** What is in both. */
export function intersect(base: WorkSet, other: WorkSet): WorkSet {
  return {
    connectors: keep(base.connectors, key => other.connectors.has(key)),
    tasks: keep(base.tasks, key => other.tasks.has(key)),
  };
}

/** What is in more than one of the sets. */
export function findShared(sets: readonly WorkSet[]): WorkSet {
  const seen: { connectors: Map<string, number>; tasks: Map<string, number> } = {
    connectors: new Map(),
    tasks: new Map(),
  };
  for (const { connectors, tasks } of sets) {
    for (const key of connectors.keys()) seen.connectors.set(key, (seen.connectors.get(key) ?? 0) + 1);
    for (const key of tasks.keys()) seen.tasks.set(key, (seen.tasks.get(key) ?? 0) + 1);
  }
  const all = unite(sets);
  return {
    connectors: keep(all.connectors, key => (seen.connectors.get(key) ?? 0) > 1),
    tasks: keep(all.tasks, key => (seen.tasks.get(key) ?? 0) > 1),
  };
}

/** The same in order of connector name, then task number. */
export function toSorted({ connectors, tasks }: WorkSet): WorkSet {
  return {
    connectors: new Map([...connectors].sort(([left], [right]) => compareText(left, right))),
    tasks: new Map([...tasks].sort(([, left], [, right]) => compareTasks(left, right))),
  };
}

export function isEmptyWork({ connectors, tasks }: WorkSet): boolean {
  return connectors.size === 0 && tasks.size === 0;
}

/** Order by connector, then number, as `ConnectorTaskId#compareTo` has it. */
export function compareTasks(left: ConnectorTaskId, right: ConnectorTaskId): number {
  return compareText(left.connector, right.connector) || left.task - right.task;
}

/** Order by UTF-16 code units, as `String#compareTo` has it. */
export function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function keep<T>(items: Items<T>, isKept: (key: string) => boolean): Items<T> {
  return new Map([...items].filter(([key]) => isKept(key)));
}
