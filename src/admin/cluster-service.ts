import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Herder, WorkerInfo } from '../herder/herder.ts';
import { toTimestamp, type Timestamp } from './proto-values.ts';
import type { AdminCalls } from './admin-calls.ts';

/** `millrace.admin.v1.Worker` as proto-loader takes it. */
export interface WorkerMessage {
  readonly version: string;
  readonly workerId: string;
  readonly mode: string;
  readonly kafkaClusterId: string;
  readonly startedAt: Timestamp;
  readonly connectorCount: number;
  readonly taskCount: number;
  readonly pid: number;
  readonly ready: boolean;
}

/** Handlers of `millrace.admin.v1.Cluster`. */
export function createClusterService(herder: Herder, calls: AdminCalls): UntypedServiceImplementation {
  return {
    GetWorker: calls.unary(
      async (_request: object, signal) => ({
        worker: toWorker(await herder.workerInfo(signal), herder.readiness === 'ready'),
      }),
      'starting',
    ),
  };
}

function toWorker(info: WorkerInfo, ready: boolean): WorkerMessage {
  return {
    version: info.version,
    workerId: info.workerId,
    mode: info.mode.toUpperCase(),
    kafkaClusterId: info.kafkaClusterId,
    startedAt: toTimestamp(info.startedAtMs),
    connectorCount: info.connectorCount,
    taskCount: info.taskCount,
    pid: info.pid,
    ready,
  };
}
