/** What a worker of a cluster tells of it: members' metadata is known to the leader alone, so the others ask it. */
import type { Clock } from '../async/clock.ts';
import type { Stages } from '../async/stages.ts';
import { workerIdOf } from '../config/advertised-address.ts';
import { ConnectError } from '../errors/connect-error.ts';
import { compareTasks } from '../group/connectors-and-tasks.ts';
import type { GroupAssignment, WorkerGroup } from '../group/worker-group.ts';
import type { ClusterInfo, ClusterWorker } from './cluster-info.ts';
import type { DescribedWorker, Forwarding, GroupDescription } from './forwarding.ts';

/** What telling of the cluster needs. */
export interface ClusterViewOptions {
  readonly workerId: string;
  readonly groupId: string;
  readonly kafkaClusterId: () => string;
  readonly group: WorkerGroup;
  readonly forwarding: Forwarding;
  /** Where a worker that does not tell its address is reached, by its advertised URL. */
  readonly grpcAddressOf: (url: string) => string;
  /** What the worker is doing. */
  readonly stages: Stages;
  readonly clock: Clock;
}

/** Longest wait for the leader's answer, ms; what this worker knows itself is told then. */
const leaderTimeoutMs = 5000;

const protocolNames = ['default', 'compatible', 'sessioned'] as const;

/** The cluster as one of its workers sees it. */
export class ClusterView {
  readonly #options: ClusterViewOptions;
  #isRebalancing = true;
  #sinceMs: number;
  #rebalanceAtMs: number | null = null;

  constructor(options: ClusterViewOptions) {
    this.#options = options;
    this.#sinceMs = options.clock.nowMs();
  }

  /** A round begins, or the membership is over. */
  markRebalancing(): void {
    if (this.#isRebalancing) return;
    this.#isRebalancing = true;
    this.#sinceMs = this.#options.clock.nowMs();
  }

  /** A round is over. */
  markStable({ delayMs }: GroupAssignment): void {
    const nowMs = this.#options.clock.nowMs();
    this.#isRebalancing = false;
    this.#sinceMs = nowMs;
    this.#rebalanceAtMs = delayMs > 0 ? nowMs + delayMs : null;
  }

  /** The members as this worker knows them; null unless it leads and no round is under way. */
  describeGroup(): GroupDescription | null {
    const { group } = this.#options;
    return group.workers && { generation: group.generation, workers: group.workers };
  }

  /** Never fails because of the leader: without its answer this worker tells what it knows itself, and says so. */
  async info(signal: AbortSignal): Promise<ClusterInfo> {
    const { group, groupId, kafkaClusterId, stages } = this.#options;
    const assignment = this.#isRebalancing ? null : group.assignment;
    const members = await this.#members(assignment, signal);
    // What happened meanwhile is told, not what was before.
    const known = members?.generation === group.generation ? members.workers : null;
    const now = group.assignment;
    return {
      mode: 'distributed',
      groupId,
      kafkaClusterId: kafkaClusterId(),
      isRebalancing: this.#isRebalancing,
      stateSinceMs: this.#sinceMs,
      generation: group.generation < 0 ? null : group.generation,
      protocol: now === null ? '' : protocolNames[now.protocolVersion],
      leader: now === null ? '' : workerIdOf(now.leaderUrl),
      workers: (known ?? this.#self(now)).map(worker => this.#toWorker(worker, now)).sort(byWorkerId),
      isComplete: known !== null,
      rebalanceAtMs: this.#isRebalancing ? null : this.#rebalanceAtMs,
      stage: stages.current,
    };
  }

  async #members(assignment: GroupAssignment | null, signal: AbortSignal): Promise<GroupDescription | null> {
    if (assignment === null) return null;
    if (assignment.isLeader) return this.describeGroup();
    const { clock, forwarding, grpcAddressOf, workerId } = this.#options;
    const late = new AbortController();
    const timer = clock.after(leaderTimeoutMs, () =>
      late.abort(new ConnectError('DEADLINE_EXCEEDED', `The leader did not answer within ${leaderTimeoutMs} ms`)),
    );
    const address = assignment.leaderGrpcAddress ?? grpcAddressOf(assignment.leaderUrl);
    try {
      return await forwarding.describeGroup(address, workerId, AbortSignal.any([signal, late.signal]));
    } catch {
      signal.throwIfAborted();
      return null; // The answer says that it is not complete.
    } finally {
      timer.cancel();
    }
  }

  #self(assignment: GroupAssignment | null): readonly DescribedWorker[] {
    if (assignment === null) return [];
    const { memberId, work } = assignment;
    return [{ memberId, url: this.#options.group.url, peer: this.#options.group.peer, work }];
  }

  #toWorker({ memberId, url, peer, work }: DescribedWorker, assignment: GroupAssignment | null): ClusterWorker {
    return {
      workerId: url === '' ? '' : workerIdOf(url),
      url,
      grpcAddress: peer?.grpcAddress ?? (url === '' ? '' : this.#options.grpcAddressOf(url)),
      memberId,
      isLeader: memberId === assignment?.leaderId,
      version: peer?.version ?? '',
      connectors: work.connectors.toSorted(),
      tasks: work.tasks.toSorted(compareTasks),
    };
  }
}

function byWorkerId(a: ClusterWorker, b: ClusterWorker): number {
  return a.workerId < b.workerId ? -1 : 1;
}
