/** What is wanted of connectors and tasks, and what they were last seen to be. */
import type { ConnectorTaskId } from '../data/connector-task-id.ts';

/** What an operator may want a connector to be. */
export const targetStates = ['STARTED', 'PAUSED', 'STOPPED'] as const;

/** What an operator wants a connector to be. */
export type TargetState = (typeof targetStates)[number];

/** What a connector instance or a task may be observed to be. */
export const instanceStates = ['UNASSIGNED', 'RUNNING', 'PAUSED', 'STOPPED', 'FAILED', 'RESTARTING'] as const;

/** What a connector instance or a task was last observed to be. STOPPED is for connectors only. */
export type InstanceState = (typeof instanceStates)[number];

/** How a plugin process ended. */
export interface ProcessExit {
  /** Exit code, null if a signal ended it. */
  readonly code: number | null;
  /** Signal name such as SIGKILL, null if it exited by itself. */
  readonly signal: string | null;
  /** The process ran out of memory. */
  readonly isOutOfMemory: boolean;
  /** The last lines that it wrote, oldest first. */
  readonly lastLines: readonly string[];
  /** When it was seen, milliseconds since the epoch. */
  readonly atMs: number;
}

/** State of a connector instance. */
export interface InstanceStatus {
  readonly state: InstanceState;
  /** `host:port` of the worker that runs it. */
  readonly workerId: string;
  /** Stack trace or text of the failure; empty if there is none. */
  readonly trace: string;
  /** Version of the plugin, empty if unknown. */
  readonly version: string;
  /** How its last plugin process died, if one did. */
  readonly lastExit: ProcessExit | null;
  /** How many times in a row its plugin process was replaced (D7). */
  readonly restarts: number;
  /** Process id of its plugin process, null while there is none. */
  readonly pid: number | null;
}

/** State of a task. */
export interface TaskStatus extends InstanceStatus {
  readonly id: ConnectorTaskId;
}
