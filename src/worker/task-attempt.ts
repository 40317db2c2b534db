import { toConnectError, type ConnectError } from '../errors/connect-error.ts';
import type { ExitReport } from '../plugin-host/exit-report.ts';
import type { TaskEnd } from '../plugin-host/task-end.ts';
import type { Failure, StopReason } from '../wire/data-messages.ts';

export type { StopReason } from '../wire/data-messages.ts';

/** How one run of a task on one plugin process ended (D7). */
export type AttemptEnd =
  /** As it was asked to. */
  | { readonly kind: 'stopped' }
  /** With an error that the plugin reported, or that the worker found. */
  | { readonly kind: 'failed'; readonly error: ConnectError; readonly failure: Failure }
  /** The process died, was killed for its silence, or never became ready; `exit` is null in the last case. */
  | { readonly kind: 'died'; readonly error: ConnectError; readonly exit: ExitReport | null };

/** An end that nobody asked for. */
export type UnwantedEnd = Exclude<AttemptEnd, { readonly kind: 'stopped' }>;

/** What an attempt tells its runner while it runs. */
export interface AttemptListener {
  /** There is a plugin process; `pid` is null where it is not the worker's. */
  launched(pid: number | null): void;
  /** The plugin answered `Started`. */
  started(): void;
}

/** One run of a task on one plugin process, from launch to end. */
export interface TaskAttempt {
  /** Runs until the task ends; never rejects. Called once. */
  run(listener: AttemptListener): Promise<AttemptEnd>;
  /** No more records flow until {@link resume}; the process and the group membership stay. */
  pause(): void;
  resume(): void;
  /** Asks for the end; {@link run} settles within the deadline and the rungs of the stop ladder. */
  stop(reason: StopReason, deadlineMs: number): void;
}

/** The end of a task client as the end of an attempt. */
export function endOfAttempt(end: TaskEnd): AttemptEnd {
  return end.kind === 'stopped' ? { kind: 'stopped' } : end;
}

/** Errors of a process that could not be had. */
const deathCodes: ReadonlySet<string> = new Set(['PLUGIN_EXITED', 'PLUGIN_START_TIMEOUT', 'PLUGIN_UNREACHABLE']);

/**
 * What was thrown before or beside the stream, as the end of an attempt: a process that could not be had died, all else fails the
 * task.
 */
export function endByError(thrown: unknown): UnwantedEnd {
  const error = toConnectError(thrown);
  if (deathCodes.has(error.code)) return { kind: 'died', error, exit: null };
  const category = error.isRetriable ? 'TRANSIENT' : 'BUG';
  return {
    kind: 'failed',
    error,
    failure: { category, code: error.code, message: error.message, detail: '', retryAfterMs: 0 },
  };
}
