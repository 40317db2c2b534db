/**
 * A worker's life in the group. What runs here follows from three things: what the group assigned, what the config topic wants, and what
 * runs already. Whenever one of them changes, {@link GroupMembership} ticks: it compares them (`reconcile.ts`) and hands the steps to the
 * connectors' lanes. A tick never waits.
 *
 * Requests are served while it is known who leads.
 */
import { Bell } from '../async/bell.ts';
import type { Clock, Timer } from '../async/clock.ts';
import type { Stages } from '../async/stages.ts';
import { nameOfTask } from '../data/connector-task-id.ts';
import { messageOf, type ConnectError } from '../errors/connect-error.ts';
import type { ConnectorsAndTasks } from '../group/connectors-and-tasks.ts';
import type {
  GroupAssignment,
  LeaveOptions,
  RevocationReason,
  WorkerGroup,
  WorkerGroupEvents,
} from '../group/worker-group.ts';
import type { Logger } from '../logging/logger.ts';
import type { ClusterConfig } from '../storage/cluster-config.ts';
import type { ConfigStore, ConfigUpdate, RestartRequest } from '../storage/config-store.ts';
import type { AssignedConnectors } from './assigned-connectors.ts';
import type { ClusterView } from './cluster-view.ts';
import type { LeaderDuties } from './leader-duties.ts';
import { isAssignmentOutdated, noWork, type AssignedWork } from './reconcile.ts';
import type { RequestQueue } from './request-queue.ts';

/** What a membership needs. */
export interface GroupMembershipOptions {
  /** Not started; {@link GroupMembership.join} starts and hears it. */
  readonly group: WorkerGroup;
  readonly configs: ConfigStore;
  readonly connectors: AssignedConnectors;
  readonly duties: LeaderDuties;
  /** Its `onSubmit` is to call {@link GroupMembership.wake}. */
  readonly queue: RequestQueue;
  /** Told when a round begins and ends. */
  readonly cluster: ClusterView;
  /** Called after each change of `cluster`. */
  readonly onClusterChange: () => void;
  /** Told once when the membership ended for good. */
  readonly onFailed: (error: ConnectError) => void;
  /** What the worker is doing. */
  readonly stages: Stages;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Has this worker run what the group assigns to it. */
export class GroupMembership implements WorkerGroupEvents {
  readonly #options: GroupMembershipOptions;
  readonly #bell = new Bell();
  readonly #restarts: RestartRequest[] = [];
  #work: AssignedWork = noWork;
  /** What the assignment was made from; null when a new one is on its way. */
  #assignedFrom: ClusterConfig | null = null;
  /** Ends the stage of a round. */
  #endRebalance: () => void = () => undefined;
  /** There is an assignment and no round under way, so it is known who leads. */
  #isSettled = false;
  #isTickDue = false;
  /** It ended for good. */
  #isOver = false;
  #isLeaving = false;
  /** States of what is gone are about to be forgotten. */
  #isForgetting = false;
  #serving: Promise<void> = Promise.resolve();
  #keyTimer: Timer | null = null;

  constructor(options: GroupMembershipOptions) {
    this.#options = options;
  }

  /** The group has shared out the connectors and tasks that are configured now. */
  get isSharedOut(): boolean {
    return this.#assignedFrom !== null && !isAssignmentOutdated(this.#assignedFrom, this.#options.configs.snapshot());
  }

  /** Begins to join the group, and to serve requests once it is known who leads. The config topic has been read. */
  join(): void {
    const { group, stages } = this.#options;
    this.#endRebalance = stages.begin('joining the group');
    group.start(this);
    this.#serving = this.#serve();
  }

  /** Gives all work up and leaves the group; resolves when no request is being served any more. The queue is closed. */
  async leave(options: LeaveOptions): Promise<void> {
    this.#isLeaving = true;
    this.#keyTimer?.cancel();
    this.wake();
    await this.#options.group.leave(options);
    await this.#serving;
  }

  /** Looks for requests that wait. */
  wake(): void {
    this.#bell.ring();
  }

  /** Called in the midst of reading: takes note, and has the tick look once all that came together is read. */
  take(update: ConfigUpdate): void {
    if (update.kind === 'restart') this.#restarts.push(update.request);
    if (this.#isTickDue) return;
    this.#isTickDue = true;
    queueMicrotask(() => this.#tick());
  }

  /** A worker that is late may tell of what is gone after the leader has forgotten its state, which would then stay. */
  heardStatus(connector: string): void {
    const { duties, group } = this.#options;
    if (this.#isForgetting || group.assignment?.isLeader !== true || !duties.hasLeftovers(connector)) return;
    this.#isForgetting = true;
    const forget = (): Promise<void> => {
      // What is told while they are being forgotten is looked at again.
      this.#isForgetting = false;
      return duties.forgetRemoved();
    };
    void this.#submitDuty(forget).finally(() => (this.#isForgetting = false));
  }

  rebalancing(): void {
    const { cluster, onClusterChange, stages } = this.#options;
    this.#assignedFrom = null;
    if (this.#isSettled) this.#endRebalance = stages.begin('waiting for a rebalance of the group to be over');
    this.#isSettled = false;
    cluster.markRebalancing();
    onClusterChange();
  }

  async revoked(work: ConnectorsAndTasks, reason: RevocationReason): Promise<void> {
    const names = new Set(work.connectors);
    const tasks = new Set(work.tasks.map(nameOfTask));
    this.#work = {
      ...this.#work,
      connectors: this.#work.connectors.filter(name => !names.has(name)),
      tasks: this.#work.tasks.filter(id => !tasks.has(nameOfTask(id))),
    };
    if (reason !== 'rebalance') this.rebalancing();
    await this.#reconcile();
    // What a change of the configurations has begun to stop may take longer than the round that it comes with (ADR 0056).
    await this.#options.connectors.stopped([...names, ...work.tasks.map(({ connector }) => connector)]);
  }

  async assigned(assignment: GroupAssignment): Promise<void> {
    const { cluster, configs, group, log, onClusterChange } = this.#options;
    const config = configs.snapshot();
    const { work, generation, isLeader, leaderUrl } = assignment;
    this.#isSettled = true;
    this.#endRebalance();
    cluster.markStable(assignment);
    onClusterChange();
    this.wake();
    if (config.offset !== assignment.configOffset) {
      // Something was written since the group looked; what is new starts when all know of it.
      group.requestRejoin('The configurations changed during the round');
      return;
    }
    const taskGenerations = new Map(config.connectors().map(name => [name, config.taskConfigGeneration(name)]));
    this.#work = { connectors: work.connectors, tasks: work.tasks, taskGenerations };
    this.#assignedFrom = config;
    const counts = { connectors: work.connectors.length, tasks: work.tasks.length };
    log.info({ generation, isLeader, leaderUrl, ...counts }, 'Work is assigned');
    this.#tick();
    if (isLeader) this.#lead();
  }

  failed(error: ConnectError): void {
    this.#isOver = true;
    this.wake();
    this.#options.onFailed(error);
  }

  /** Acts on what changed; never waits. */
  #tick(): void {
    this.#isTickDue = false;
    if (this.#isLeaving) return;
    const { configs, connectors, group } = this.#options;
    const stopped = this.#reconcile();
    connectors.restart(this.#restarts.splice(0));
    const config = configs.snapshot();
    for (const name of config.inconsistentConnectors()) connectors.find(name)?.republish();
    if (this.#assignedFrom === null || !isAssignmentOutdated(this.#assignedFrom, config)) return;
    this.#assignedFrom = null;
    // By the next round nothing of a replaced set of tasks may run.
    void stopped.then(() => group.requestRejoin('Connectors or tasks changed'));
  }

  /** Hands out what is to be done; resolves when what is to be stopped has stopped. Never rejects. */
  #reconcile(): Promise<void> {
    const { configs, connectors } = this.#options;
    return connectors.reconcile(this.#work, configs.snapshot());
  }

  /** Serves requests while it is known who leads; until then they wait. */
  async #serve(): Promise<void> {
    while (!this.#isLeaving && !this.#isOver) {
      await this.#bell.wait();
      if (this.#isSettled) await this.#options.queue.drain(() => this.#isSettled);
    }
  }

  /** Queues what a leader does after each round. */
  #lead(): void {
    const { clock, duties, group } = this.#options;
    this.#keyTimer?.cancel();
    void this.#submitDuty(async () => {
      await duties.forgetRemoved();
      if ((group.assignment?.protocolVersion ?? 0) < 2) return;
      const dueInMs = await duties.renewSessionKey();
      if (dueInMs !== null && !this.#isLeaving) {
        this.#keyTimer = clock.after(dueInMs, () => this.#lead(), { unref: true });
      }
    });
  }

  /** Queues work that is the leader's, if this worker is it by then. */
  async #submitDuty(work: () => Promise<void>): Promise<void> {
    const { group, log, queue } = this.#options;
    const duty = async (): Promise<void> => {
      if (group.assignment?.isLeader === true) await work();
    };
    try {
      await queue.submit('looking after the cluster', duty, new AbortController().signal);
    } catch (error) {
      log.warn(
        { cause: messageOf(error) },
        'The leader could not look after the cluster; will do after the next round',
      );
    }
  }
}
