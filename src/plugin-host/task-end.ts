import { ConnectError, type ConnectErrorOptions, toConnectError } from '../errors/connect-error.ts';
import type { Failure } from '../wire/data-messages.ts';
import type { ExitReport } from './exit-report.ts';
import type { PluginLease } from './plugin-lease.ts';
import { exitedError } from './plugin-process.ts';

/** How a task ended. Its process is gone by then. */
export type TaskEnd =
  | {
      /** As the worker asked. */
      readonly kind: 'stopped';
      /** The plugin said `Stopped` itself; false if the worker had to cancel or kill. */
      readonly isClean: boolean;
    }
  | {
      /** The plugin reported a failure, or broke the protocol (FLOW_VIOLATION, PROTOCOL_VIOLATION, …). */
      readonly kind: 'failed';
      readonly failure: Failure;
      readonly error: ConnectError;
    }
  | {
      /** The process ended, or was killed for its silence. */
      readonly kind: 'died';
      readonly exit: ExitReport;
      /** PLUGIN_EXITED or PLUGIN_SILENT. */
      readonly error: ConnectError;
    };

/** An outcome before the process is gone. */
export type TaskOutcome =
  | Exclude<TaskEnd, { kind: 'died' }>
  | {
      readonly kind: 'died';
      /** Undefined: the exit report tells. */
      readonly error: ConnectError | undefined;
    };

/**
 * Gives the process up as the outcome asks, and tells the end once the owner has nothing in it. Bounded by the process's stop ladder.
 *
 * @param isOver the plugin ended the task itself; false if its code may not have noticed that the worker did.
 */
export async function settleTaskEnd(plugin: PluginLease, outcome: TaskOutcome, isOver: boolean): Promise<TaskEnd> {
  if (outcome.kind !== 'died') {
    await plugin.release({ isClean: isOver });
    return outcome;
  }
  const exit = await plugin.kill(outcome.error);
  return { kind: 'died', exit, error: outcome.error ?? exitedError(plugin.manifest, exit, '') };
}

/** What the plugin reported, as an error of the task. */
export function failedByReport(failure: Failure): TaskOutcome {
  const text = failure.message === '' ? 'The plugin reported a failure without a message' : failure.message;
  return { kind: 'failed', failure, error: reportedError('TASK_FAILED', failure, text) };
}

/** What the plugin did wrong, as a failure that it might have reported. */
export function failedByViolation(thrown: unknown): TaskOutcome {
  const error = toConnectError(thrown);
  const failure: Failure = {
    category: 'BUG',
    code: error.code,
    message: error.message,
    detail: '',
    retryAfterMs: 0,
  };
  return { kind: 'failed', failure, error };
}

/** Why a task that never said `Started` did not. */
export function endedBeforeStart(end: TaskEnd): ConnectError {
  if (end.kind !== 'stopped') return end.error;
  return new ConnectError('SHUTTING_DOWN', 'The task was stopped before it had started');
}

/** A `Failure` of a plugin as an error. @param code what the failure means to the worker. */
export function reportedError(
  code: 'TASK_FAILED' | 'CONNECTOR_FAILED' | 'OFFSETS_REFUSED',
  failure: Failure,
  message: string,
): ConnectError {
  const options: ConnectErrorOptions = { details: { category: failure.category, pluginCode: failure.code } };
  const error = new ConnectError(code, message, options);
  // The plugin's own stack trace tells more than the worker's, which always is the stream's.
  if (failure.detail !== '') error.stack = `${code}: ${message}\n${failure.detail}`;
  return error;
}
