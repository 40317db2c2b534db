/**
 * Messages of the service `Connectors` as proto-loader gives and takes them (proto/millrace/admin/v1/connectors.proto says what the
 * fields mean), and the way from the herder's words to them.
 */
import type {
  ConnectorInfo,
  ConnectorStatus,
  ConnectorType,
  InstanceStatus,
  ProcessExit,
  TaskConfigInfo,
  TaskErrorCounts,
  TaskStatus,
} from '../herder/herder.ts';
import { toTimestamp, type StringMap, type Timestamp } from './proto-values.ts';

/** Every request that is about one connector. */
export interface ConnectorRequest {
  readonly name: string;
}

export interface CreateConnectorRequest extends ConnectorRequest {
  readonly config: StringMap;
  /** A number when the caller knows a state that we do not. */
  readonly initialState: string | number;
}

export interface ListConnectorsRequest {
  /** Numbers where the caller knows more than we do. */
  readonly expand: readonly (string | number)[];
}

export interface PutConnectorConfigRequest extends ConnectorRequest {
  readonly config: StringMap;
}

export interface PatchConnectorConfigRequest extends ConnectorRequest {
  readonly set: StringMap;
  readonly remove: readonly string[];
}

export interface RestartConnectorRequest extends ConnectorRequest {
  readonly includeTasks: boolean;
  readonly onlyFailed: boolean;
}

export interface RestartTaskRequest extends ConnectorRequest {
  readonly task?: number;
}

export interface ConnectorMessage {
  readonly name: string;
  readonly type: string;
  readonly config: StringMap;
  readonly tasks: readonly number[];
}

export interface InstanceStatusMessage {
  readonly state: string;
  readonly workerId: string;
  readonly trace: string;
  readonly version: string;
  readonly pid: number | null;
  readonly restarts: number;
  readonly lastExit: ProcessExitMessage | null;
}

export interface TaskStatusMessage extends InstanceStatusMessage {
  readonly task: number;
  readonly errors: TaskErrorsMessage | null;
}

export interface TaskErrorsMessage {
  readonly totalRecordFailures: number;
  readonly totalRecordErrors: number;
  readonly totalRecordsSkipped: number;
  readonly totalRetries: number;
  readonly totalErrorsLogged: number;
  readonly deadletterqueueProduceRequests: number;
  readonly deadletterqueueProduceFailures: number;
  readonly lastError: Timestamp | null;
}

export interface ProcessExitMessage {
  readonly code: number | null;
  readonly signal: string;
  readonly outOfMemory: boolean;
  readonly lastLines: readonly string[];
  readonly at: Timestamp;
}

export interface ConnectorStatusMessage {
  readonly name: string;
  readonly type: string;
  readonly targetState: string;
  readonly connector: InstanceStatusMessage;
  readonly tasks: readonly TaskStatusMessage[];
  readonly unreachedWorkers: readonly string[];
  readonly outage: OutageMessage | null;
}

export interface OutageMessage {
  readonly since: Timestamp;
  readonly description: string;
}

export interface TaskMessage {
  readonly task: number;
  readonly config: StringMap;
}

const connectorTypes: Readonly<Record<ConnectorType, string>> = {
  source: 'SOURCE',
  sink: 'SINK',
  unknown: 'TYPE_UNSPECIFIED',
};

export function toConnector(info: ConnectorInfo): ConnectorMessage {
  return {
    name: info.name,
    type: connectorTypes[info.type],
    config: Object.fromEntries(info.config),
    tasks: info.tasks.map(id => id.task),
  };
}

export function toConnectorStatus(status: ConnectorStatus): ConnectorStatusMessage {
  return {
    name: status.name,
    type: connectorTypes[status.type],
    targetState: status.targetState,
    connector: toInstanceStatus(status.connector),
    tasks: status.tasks.map(task => toTaskStatus(task, status.taskErrors.get(task.id.task) ?? null)),
    unreachedWorkers: status.unreachedWorkers,
    outage: status.outage && { since: toTimestamp(status.outage.sinceMs), description: status.outage.description },
  };
}

export function toTask(info: TaskConfigInfo): TaskMessage {
  return { task: info.id.task, config: Object.fromEntries(info.config) };
}

function toTaskStatus(status: TaskStatus, errors: TaskErrorCounts | null): TaskStatusMessage {
  return { task: status.id.task, ...toInstanceStatus(status), errors: errors && toTaskErrors(errors) };
}

function toTaskErrors(counts: TaskErrorCounts): TaskErrorsMessage {
  return {
    totalRecordFailures: counts.recordFailures,
    totalRecordErrors: counts.recordErrors,
    totalRecordsSkipped: counts.recordsSkipped,
    totalRetries: counts.retries,
    totalErrorsLogged: counts.errorsLogged,
    deadletterqueueProduceRequests: counts.deadLetterQueueRequests,
    deadletterqueueProduceFailures: counts.deadLetterQueueFailures,
    lastError: counts.lastErrorMs === 0 ? null : toTimestamp(counts.lastErrorMs),
  };
}

function toInstanceStatus(status: InstanceStatus): InstanceStatusMessage {
  return {
    state: status.state,
    workerId: status.workerId,
    trace: status.trace,
    version: status.version,
    pid: status.pid,
    restarts: status.restarts,
    lastExit: status.lastExit === null ? null : toProcessExit(status.lastExit),
  };
}

function toProcessExit(exit: ProcessExit): ProcessExitMessage {
  return {
    code: exit.code,
    signal: exit.signal ?? '',
    outOfMemory: exit.isOutOfMemory,
    lastLines: exit.lastLines,
    at: toTimestamp(exit.atMs),
  };
}
