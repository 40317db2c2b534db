/** What the status topic has no room for: the plugin processes of what a worker runs. It alone knows them. */
import type { InstanceStatus } from '../storage/states.ts';
import type { ConnectorStatus, TaskErrorCounts } from './herder.ts';

/** The plugin process of a connector instance or a task. */
export type PluginProcess = Pick<InstanceStatus, 'pid' | 'restarts' | 'lastExit'>;

/** A task that a worker runs. */
export interface TaskProcess {
  readonly task: number;
  readonly process: PluginProcess;
  /** Null before it met a record. */
  readonly errors: TaskErrorCounts | null;
}

/** What a worker runs of one connector. */
export interface ConnectorProcesses {
  readonly name: string;
  /** Null where the instance runs elsewhere. */
  readonly instance: PluginProcess | null;
  readonly tasks: readonly TaskProcess[];
}

/** The status with what one worker knows of it. What the status says to be another worker's stays as it is. */
export function withProcesses(
  status: ConnectorStatus,
  { workerId, instance, tasks }: Omit<ConnectorProcesses, 'name'> & { readonly workerId: string },
): ConnectorStatus {
  const known = new Map(tasks.map(each => [each.task, each]));
  const taskErrors = new Map(status.taskErrors);
  const merged = status.tasks.map(task => {
    const found = task.workerId === workerId ? known.get(task.id.task) : undefined;
    if (found === undefined) return task;
    if (found.errors !== null) taskErrors.set(found.task, found.errors);
    return { ...task, ...found.process };
  });
  const isOwner = instance !== null && status.connector.workerId === workerId;
  return {
    ...status,
    connector: isOwner ? { ...status.connector, ...instance } : status.connector,
    tasks: merged,
    taskErrors,
  };
}

/** The part of a status that is told of a plugin process. */
export function toPluginProcess({ pid, restarts, lastExit }: InstanceStatus): PluginProcess {
  return { pid, restarts, lastExit };
}

/** Workers that run something of a connector, by its status. What is UNASSIGNED nobody runs. */
export function ownersOf({ connector, tasks }: ConnectorStatus): ReadonlySet<string> {
  const run = [connector, ...tasks].filter(({ state, workerId }) => state !== 'UNASSIGNED' && workerId !== '');
  return new Set(run.map(({ workerId }) => workerId));
}
