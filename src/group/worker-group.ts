import type { ConnectorTaskId } from '../data/connector-task-id.ts';
import type { ConnectError } from '../errors/connect-error.ts';
import type { ConnectProtocolVersion } from './connect-protocol.ts';
import type { ConnectorsAndTasks } from './connectors-and-tasks.ts';
import type { WorkerPeer } from './worker-peer.ts';

/** A member of the group as its leader sees it. */
export interface GroupWorker {
  readonly memberId: string;
  /** Advertised URL. */
  readonly url: string;
  readonly work: ConnectorsAndTasks;
  /** What it was told to give up. It runs perhaps until the next round, which follows when all of this has stopped. */
  readonly revoked: ConnectorsAndTasks;
  /** Where it is reached; null for a worker of Kafka Connect. */
  readonly peer: WorkerPeer | null;
}

/** What this worker is to run, and who leads. */
export interface GroupAssignment {
  readonly generation: number;
  readonly memberId: string;
  readonly isLeader: boolean;
  readonly leaderId: string;
  /** Advertised URL of the leader. */
  readonly leaderUrl: string;
  /** `host:port` of the leader's gRPC API; null when it does not tell. */
  readonly leaderGrpcAddress: string | null;
  /** Version of the protocol that the group has picked; from 2 on, workers sign the requests that they send each other. */
  readonly protocolVersion: ConnectProtocolVersion;
  /** The config offset that this worker has read to, and that the assignment was made from. */
  readonly configOffset: number;
  /** After how many milliseconds the group shares out again by itself, because it waits for a worker; 0 for not at all. */
  readonly delayMs: number;
  /** All that this worker is to run, what it runs already included. */
  readonly work: ConnectorsAndTasks;
  /** What of it is new in this round. */
  readonly added: ConnectorsAndTasks;
}

/**
 * Why work is given up.
 * - `rebalance`: the leader wants it elsewhere, or the group's protocol is eager. This worker is a member until the handler returns.
 * - `lost`: this worker is no member any more, or cannot reach the coordinator; others may have the work already (I3).
 * - `unsynced`: the configurations cannot be read, so this worker leaves the group for a while.
 * - `leaving`: {@link WorkerGroup.leave} was called.
 */
export type RevocationReason = 'rebalance' | 'lost' | 'unsynced' | 'leaving';

/**
 * What happens to this worker's work. Calls do not overlap, and each is waited for. One exception: a call that takes longer than
 * `rebalance.timeout.ms` costs the membership, and {@link revoked} of all other work is called while it still runs.
 */
export interface WorkerGroupEvents {
  /** A round begins; what is assigned keeps running unless {@link revoked} says otherwise. Returns at once. */
  rebalancing(): void;
  /** This work is to be stopped when the promise resolves. Others start it right after. */
  revoked(work: ConnectorsAndTasks, reason: RevocationReason): Promise<void>;
  /**
   * A round is over, and the configurations that it was made from are read. What is not running of the work is to be started; start
   * it without waiting until it runs, since the group waits for this worker when the next round begins.
   */
  assigned(assignment: GroupAssignment): Promise<void>;
  /** The membership ended for good, because the coordinator refuses it or a handler above threw. Everything has been revoked. */
  failed(error: ConnectError): void;
}

/** How a worker leaves. */
export interface LeaveOptions {
  /**
   * The worker will be back under its URL soon: the others keep its work for it, up to `scheduled.rebalance.max.delay.ms` (D8). Costs
   * one more round.
   */
  readonly willReturn?: boolean;
}

/** A worker's membership in the group of its cluster. */
export interface WorkerGroup {
  /** Id that the coordinator gave; empty while this worker is no member. */
  readonly memberId: string;
  /** Generation of the last round that this worker completed; -1 while it is no member. */
  readonly generation: number;
  /** The last completed round's assignment with what was revoked since taken out; null while there is none. */
  readonly assignment: GroupAssignment | null;
  /** Advertised URL of this worker. */
  readonly url: string;
  /** What other workers are told of this one; null for nothing. */
  readonly peer: WorkerPeer | null;
  /** On the leader all members with what they run; null on others, and from the beginning of a round to its end. */
  readonly workers: readonly GroupWorker[] | null;
  /** The worker that runs it; null where {@link workers} is, and when nobody runs it. */
  owner(owned: string | ConnectorTaskId): GroupWorker | null;
  /** Begins the membership and returns at once; all else comes through `events`. To be called once. */
  start(events: WorkerGroupEvents): void;
  /** Asks for a new round, because something changed that members do not see by themselves. */
  requestRejoin(reason: string): void;
  /** Gives up all work, leaves the group and closes. Waits for a handler that runs, so no handler may wait for it. Never throws. Idempotent. */
  leave(options?: LeaveOptions): Promise<void>;
}
