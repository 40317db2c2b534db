import type { Stage } from '../async/stages.ts';
import type { ConnectorTaskId } from '../data/connector-task-id.ts';

/** A worker of the cluster, and what it is to run. */
export interface ClusterWorker {
  /** `host:port`, as statuses name it. */
  readonly workerId: string;
  /** Advertised URL; empty for a worker that is alone. */
  readonly url: string;
  /** `host:port` of its gRPC API, for other workers. */
  readonly grpcAddress: string;
  /** Id that the group's coordinator gave; empty for a worker that is alone. */
  readonly memberId: string;
  readonly isLeader: boolean;
  /** Version of Millrace; empty if it is not known, as of a worker of Kafka Connect. */
  readonly version: string;
  readonly connectors: readonly string[];
  readonly tasks: readonly ConnectorTaskId[];
}

/** What a worker knows of its cluster. Times are milliseconds since the epoch. */
export interface ClusterInfo {
  readonly mode: 'standalone' | 'distributed';
  /** `group.id`; empty for a worker that is alone. */
  readonly groupId: string;
  /** Empty until a broker was reached. */
  readonly kafkaClusterId: string;
  readonly isRebalancing: boolean;
  readonly stateSinceMs: number;
  /** Null while the worker is no member. */
  readonly generation: number | null;
  /** `sessioned`, `compatible` or `default`; empty while the worker is no member. */
  readonly protocol: string;
  /** Worker id of the leader; empty if it is not known. */
  readonly leader: string;
  /** By worker id. */
  readonly workers: readonly ClusterWorker[];
  /** Generation that all of them were members of; null when they are not all, or the worker is alone. */
  readonly workersGeneration: number | null;
  /** Those are all members of that generation; else they are what this worker knows without its leader: itself. */
  readonly isComplete: boolean;
  /** When the group shares out again by itself, because it waits for a worker; null if it does not wait. */
  readonly rebalanceAtMs: number | null;
  /** What the worker that answers is doing, or did last. */
  readonly stage: Stage | null;
}
