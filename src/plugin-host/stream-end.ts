import { type ServiceError, status as grpcStatus, type StatusObject } from '@grpc/grpc-js';
import { ConnectError } from '../errors/connect-error.ts';
import { fromGrpcError } from '../wire/status-codec.ts';
import { failedByViolation, type TaskOutcome } from './task-end.ts';

/**
 * What it means that a stream ended, unasked, while its process lives on. A broken connection is the death of the task; any
 * other status is the plugin's own doing, an exception in its code above all, and fails the task with the plugin's text.
 */
export function endOfStream(plugin: string, status: StatusObject): TaskOutcome {
  if (status.code === grpcStatus.OK) {
    const message = `Plugin '${plugin}' ended its task's stream without 'Stopped' or 'Failure'`;
    return failedByViolation(new ConnectError('PROTOCOL_VIOLATION', message));
  }
  const error = fromGrpcError(toServiceError(status));
  // A server that goes down cancels its streams; nobody else does, since the worker's own cancellation is not asked here.
  if (status.code === grpcStatus.UNAVAILABLE || status.code === grpcStatus.CANCELLED) {
    const message = `The connection to plugin '${plugin}' broke while its process was running; it was killed: ${error.message}`;
    return { kind: 'died', error: new ConnectError('PLUGIN_EXITED', message, { cause: error }) };
  }
  if (error.code === 'MESSAGE_TOO_LARGE') return failedByViolation(error);
  const message = `Plugin '${plugin}' ended its task with an error: ${error.message}`;
  return failedByViolation(new ConnectError(error.code, message, { cause: error, details: error.details }));
}

function toServiceError(status: StatusObject): ServiceError {
  const { code, details, metadata } = status;
  return Object.assign(new Error(details), { code, details, metadata });
}
