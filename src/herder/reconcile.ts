/**
 * What a worker has to start, change and stop so that it runs what it is assigned, as the config topic wants it. Pure.
 *
 * | wanted against running                              | step                                                    |
 * |-----------------------------------------------------|---------------------------------------------------------|
 * | instance not assigned, or its connector was deleted | stop it                                                 |
 * | instance assigned and not running                   | start it, under its target                              |
 * | instance runs under another configuration           | restart it                                              |
 * | instance runs under another target                  | change its target                                       |
 * | task not assigned, or no such task any more         | stop it                                                 |
 * | task runs with replaced configurations              | stop it; it starts when an assignment knows the new set |
 * | task assigned and not running                       | start it, if the assignment was made from the present set |
 * | task runs and its target is PAUSED, or the reverse  | pause or resume it                                      |
 *
 * Tasks of a replaced set wait for the next assignment, because by then every worker has stopped those of the old set: two sets of one
 * connector never run side by side.
 */
import type { ConnectorTaskId } from '../data/connector-task-id.ts';
import type { ClusterConfig } from '../storage/cluster-config.ts';
import type { ConnectorConfig } from '../storage/config-store.ts';
import type { TargetState } from '../storage/states.ts';

/** What the group gave a worker, with the task sets that were known when it did. */
export interface AssignedWork {
  readonly connectors: readonly string[];
  readonly tasks: readonly ConnectorTaskId[];
  /** Task config generation of each connector at the time; see `ClusterConfig#taskConfigGeneration`. */
  readonly taskGenerations: ReadonlyMap<string, number | null>;
}

/** What runs of one connector on a worker, or was told to. */
export interface RunningConnector {
  /** Null while the instance is another worker's. */
  readonly instance: { readonly config: ConnectorConfig; readonly target: TargetState } | null;
  /** By task number. */
  readonly tasks: ReadonlyMap<number, RunningTask>;
}

/** A task that runs, or was told to. */
export interface RunningTask {
  readonly generation: number | null;
  readonly isPaused: boolean;
}

/** One thing to do about one connector. */
export type WorkStep =
  | { readonly kind: 'stop-instance' }
  | { readonly kind: 'start-instance'; readonly config: ConnectorConfig; readonly target: TargetState }
  | { readonly kind: 'restart-instance'; readonly config: ConnectorConfig; readonly target: TargetState }
  | { readonly kind: 'set-target'; readonly target: TargetState }
  | { readonly kind: 'stop-tasks'; readonly tasks: readonly number[]; readonly isReplaced: boolean }
  | { readonly kind: 'start-tasks'; readonly tasks: readonly number[]; readonly generation: number | null }
  | { readonly kind: 'pause-tasks'; readonly tasks: readonly number[]; readonly isPaused: boolean };

/** Nothing of a connector runs. */
export const nothingRunning: RunningConnector = { instance: null, tasks: new Map() };

/** No work. */
export const noWork: AssignedWork = { connectors: [], tasks: [], taskGenerations: new Map() };

/**
 * Steps by connector, in the order in which they are to be done; connectors without steps are left out. Stops come before starts.
 *
 * @param running what every connector runs here; those that run nothing may be left out.
 */
export function reconcile(
  work: AssignedWork,
  config: ClusterConfig,
  running: ReadonlyMap<string, RunningConnector>,
): ReadonlyMap<string, readonly WorkStep[]> {
  const instances = new Set(work.connectors);
  const tasks = groupTasks(work.tasks);
  const steps = new Map<string, readonly WorkStep[]>();
  for (const connector of new Set([...running.keys(), ...instances, ...tasks.keys()])) {
    const situation: Situation = {
      hasInstance: instances.has(connector),
      assigned: tasks.get(connector) ?? noTasks,
      assignedGeneration: work.taskGenerations.get(connector),
      config,
      running: running.get(connector) ?? nothingRunning,
    };
    const all = [
      ...tasksToStop(connector, situation),
      ...instanceSteps(connector, situation),
      ...tasksToKeep(connector, situation),
    ];
    if (all.length > 0) steps.set(connector, all);
  }
  return steps;
}

/** Connectors came or went, or the set of tasks of one was replaced, since the assignment was made: the group has to share out anew. */
export function isAssignmentOutdated(assignedFrom: ClusterConfig, now: ClusterConfig): boolean {
  if (assignedFrom === now) return false;
  const names = now.connectors();
  if (names.length !== assignedFrom.connectors().length) return true;
  return names.some(
    name =>
      !assignedFrom.contains(name) ||
      assignedFrom.taskConfigGeneration(name) !== now.taskConfigGeneration(name) ||
      assignedFrom.tasks(name).length !== now.tasks(name).length,
  );
}

/** Of one connector. */
interface Situation {
  /** The instance is assigned to this worker. */
  readonly hasInstance: boolean;
  /** Tasks that are assigned to this worker. */
  readonly assigned: ReadonlySet<number>;
  /** Generation of the task set that the assignment was made from. */
  readonly assignedGeneration: number | null | undefined;
  readonly config: ClusterConfig;
  readonly running: RunningConnector;
}

function instanceSteps(connector: string, { hasInstance, config, running }: Situation): readonly WorkStep[] {
  const wanted = hasInstance ? config.connectorConfig(connector) : null;
  const { instance } = running;
  if (wanted === null) return instance === null ? [] : [{ kind: 'stop-instance' }];
  const target = config.targetState(connector);
  if (instance === null) return [{ kind: 'start-instance', config: wanted, target }];
  if (instance.config !== wanted) return [{ kind: 'restart-instance', config: wanted, target }];
  return instance.target === target ? [] : [{ kind: 'set-target', target }];
}

function tasksToStop(connector: string, { assigned, config, running }: Situation): readonly WorkStep[] {
  const known = new Set(config.tasks(connector).map(id => id.task));
  const exists = config.contains(connector);
  const generation = config.taskConfigGeneration(connector);
  const replaced: number[] = [];
  const unwanted: number[] = [];
  for (const [task, { generation: own }] of running.tasks) {
    if (!assigned.has(task) || !exists) unwanted.push(task);
    else if (!known.has(task) || own !== generation) replaced.push(task);
  }
  const steps: WorkStep[] = [];
  if (unwanted.length > 0) steps.push({ kind: 'stop-tasks', tasks: unwanted, isReplaced: false });
  if (replaced.length > 0) steps.push({ kind: 'stop-tasks', tasks: replaced, isReplaced: true });
  return steps;
}

function tasksToKeep(connector: string, situation: Situation): readonly WorkStep[] {
  const { assigned, assignedGeneration, config, running } = situation;
  const target = config.targetState(connector);
  const generation = config.taskConfigGeneration(connector);
  if (!config.contains(connector) || target === 'STOPPED') return [];
  const present = config.tasks(connector).flatMap(({ task }) => (assigned.has(task) ? [task] : []));
  const isCurrent = assignedGeneration === generation;
  const isPaused = target === 'PAUSED';
  const toStart = present.filter(task => isCurrent && running.tasks.get(task)?.generation !== generation);
  const toPause = present.filter(task => {
    const known = running.tasks.get(task);
    return known !== undefined && known.generation === generation && known.isPaused !== isPaused;
  });
  const steps: WorkStep[] = [];
  if (toPause.length > 0) steps.push({ kind: 'pause-tasks', tasks: toPause, isPaused });
  if (toStart.length > 0) steps.push({ kind: 'start-tasks', tasks: toStart, generation });
  return steps;
}

const noTasks: ReadonlySet<number> = new Set();

/** Task numbers by connector. */
function groupTasks(ids: readonly ConnectorTaskId[]): ReadonlyMap<string, ReadonlySet<number>> {
  const groups = new Map<string, Set<number>>();
  for (const { connector, task } of ids) {
    const group = groups.get(connector);
    if (group === undefined) groups.set(connector, new Set([task]));
    else group.add(task);
  }
  return groups;
}
