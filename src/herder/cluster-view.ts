/** What a worker of a cluster tells of it. */
import type { Clock } from '../async/clock.ts';
import type { Stages } from '../async/stages.ts';
import { workerIdOf } from '../config/advertised-address.ts';
import { compareTasks } from '../group/connectors-and-tasks.ts';
import type { GroupAssignment, WorkerGroup } from '../group/worker-group.ts';
import type { ClusterInfo, ClusterWorker } from './cluster-info.ts';
import type { DescribedWorker } from './forwarding.ts';
import type { GroupMembers, KnownMembers } from './group-members.ts';
import type { Outage } from './outage.ts';

/** What telling of the cluster needs. */
export interface ClusterViewOptions {
  readonly groupId: string;
  readonly kafkaClusterId: () => string;
  readonly group: WorkerGroup;
  readonly members: GroupMembers;
  /** Where a worker that does not tell its address is reached, by its advertised URL. */
  readonly grpcAddressOf: (url: string) => string;
  /** What the worker is doing. */
  readonly stages: Stages;
  readonly clock: Clock;
}

const protocolNames = ['default', 'compatible', 'sessioned'] as const;

/** The cluster as one of its workers sees it. */
export class ClusterView {
  readonly #options: ClusterViewOptions;
  #isRebalancing = true;
  #sinceMs: number;
  #rebalanceAtMs: number | null = null;
  #hasBeenMember = false;
  #lostMembership: Outage | null = null;

  constructor(options: ClusterViewOptions) {
    this.#options = options;
    this.#sinceMs = options.clock.nowMs();
  }

  /** Set while this worker, which was a member, is one no more. */
  get lostMembership(): Outage | null {
    return this.#lostMembership;
  }

  /** A round begins, or the membership is over. */
  markRebalancing(): void {
    if (this.#hasBeenMember && this.#options.group.assignment === null) {
      const description = 'This worker is no member of its group, and runs nothing';
      this.#lostMembership ??= { sinceMs: this.#options.clock.nowMs(), description };
    }
    if (this.#isRebalancing) return;
    this.#isRebalancing = true;
    this.#sinceMs = this.#options.clock.nowMs();
    this.#options.members.endRound();
  }

  /** A round is over. */
  markStable(assignment: GroupAssignment): void {
    const nowMs = this.#options.clock.nowMs();
    this.#isRebalancing = false;
    this.#hasBeenMember = true;
    this.#lostMembership = null;
    this.#sinceMs = nowMs;
    this.#rebalanceAtMs = assignment.delayMs > 0 ? nowMs + assignment.delayMs : null;
    this.#options.members.learn(assignment);
  }

  /**
   * Never fails because of the leader: without its answer this worker tells what it knows itself, and says so. While a round is under
   * way it does not wait, but tells the members as they were before.
   */
  async info(signal: AbortSignal): Promise<ClusterInfo> {
    const { group, groupId, kafkaClusterId, members, stages } = this.#options;
    const assignment = this.#isRebalancing ? null : group.assignment;
    if (assignment !== null) await members.of(assignment, signal);
    // What happened meanwhile is told, not what was before.
    const known = this.#isRebalancing || members.known?.generation === group.generation ? members.known : null;
    const now = group.assignment;
    const leaderUrl = now?.leaderUrl ?? known?.leaderUrl;
    return {
      mode: 'distributed',
      groupId,
      kafkaClusterId: kafkaClusterId(),
      isRebalancing: this.#isRebalancing,
      stateSinceMs: this.#sinceMs,
      generation: group.generation < 0 ? null : group.generation,
      protocol: now === null ? '' : protocolNames[now.protocolVersion],
      leader: leaderUrl === undefined ? '' : workerIdOf(leaderUrl),
      workers: this.#workers(known, now),
      workersGeneration: known?.generation ?? null,
      isComplete: known !== null,
      rebalanceAtMs: this.#isRebalancing ? null : this.#rebalanceAtMs,
      stage: stages.current,
    };
  }

  #workers(known: KnownMembers | null, assignment: GroupAssignment | null): readonly ClusterWorker[] {
    const leaderId = known?.leaderId ?? assignment?.leaderId;
    return (known?.workers ?? this.#self(assignment)).map(worker => this.#toWorker(worker, leaderId)).sort(byWorkerId);
  }

  #self(assignment: GroupAssignment | null): readonly DescribedWorker[] {
    if (assignment === null) return [];
    const { memberId, work } = assignment;
    return [{ memberId, url: this.#options.group.url, peer: this.#options.group.peer, work }];
  }

  #toWorker({ memberId, url, peer, work }: DescribedWorker, leaderId: string | undefined): ClusterWorker {
    return {
      workerId: url === '' ? '' : workerIdOf(url),
      url,
      grpcAddress: peer?.grpcAddress ?? (url === '' ? '' : this.#options.grpcAddressOf(url)),
      memberId,
      isLeader: memberId === leaderId,
      version: peer?.version ?? '',
      connectors: work.connectors.toSorted(),
      tasks: work.tasks.toSorted(compareTasks),
    };
  }
}

function byWorkerId(a: ClusterWorker, b: ClusterWorker): number {
  return a.workerId < b.workerId ? -1 : 1;
}
