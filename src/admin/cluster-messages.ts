/** Messages of the service `Cluster` as proto-loader takes them, and the way from the herder's words to them. */
import type { Stage } from '../async/stages.ts';
import type { ClusterInfo, ClusterWorker, ConnectorTaskId, WorkerInfo } from '../herder/herder.ts';
import { toTimestamp, type Timestamp } from './proto-values.ts';

/** `millrace.admin.v1.Worker` */
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

/** `millrace.admin.v1.ClusterInfo` */
export interface ClusterInfoMessage {
  readonly mode: string;
  readonly groupId: string;
  readonly kafkaClusterId: string;
  readonly state: string;
  readonly stateSince: Timestamp;
  readonly generation: number | null;
  readonly protocol: string;
  readonly leader: string;
  readonly workers: readonly ClusterWorkerMessage[];
  readonly complete: boolean;
  readonly workersGeneration: number | null;
  readonly rebalanceAt: Timestamp | null;
  readonly stage: StageMessage | null;
}

/** `millrace.admin.v1.ClusterWorker` */
export interface ClusterWorkerMessage {
  readonly workerId: string;
  readonly url: string;
  readonly grpcAddress: string;
  readonly memberId: string;
  readonly leader: boolean;
  readonly version: string;
  readonly connectors: readonly string[];
  readonly tasks: readonly ConnectorTaskId[];
}

/** `millrace.admin.v1.Stage` */
export interface StageMessage {
  readonly description: string;
  readonly startedAt: Timestamp;
  readonly endedAt: Timestamp | null;
}

export function toWorker(info: WorkerInfo, ready: boolean): WorkerMessage {
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

export function toClusterInfo(info: ClusterInfo): ClusterInfoMessage {
  return {
    mode: info.mode.toUpperCase(),
    groupId: info.groupId,
    kafkaClusterId: info.kafkaClusterId,
    state: info.isRebalancing ? 'REBALANCING' : 'STABLE',
    stateSince: toTimestamp(info.stateSinceMs),
    generation: info.generation,
    protocol: info.protocol,
    leader: info.leader,
    workers: info.workers.map(toClusterWorker),
    complete: info.isComplete,
    workersGeneration: info.workersGeneration,
    rebalanceAt: info.rebalanceAtMs === null ? null : toTimestamp(info.rebalanceAtMs),
    stage: info.stage === null ? null : toStage(info.stage),
  };
}

function toClusterWorker({ isLeader, ...worker }: ClusterWorker): ClusterWorkerMessage {
  return { ...worker, leader: isLeader };
}

function toStage({ description, startedAtMs, endedAtMs }: Stage): StageMessage {
  return {
    description,
    startedAt: toTimestamp(startedAtMs),
    endedAt: endedAtMs === null ? null : toTimestamp(endedAtMs),
  };
}
