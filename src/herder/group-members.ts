/** The members of the group. Their metadata is known to the leader alone, so each of the others asks it once after each round. */
import { abortable } from '../async/abortable.ts';
import { backoffMs } from '../async/backoff.ts';
import type { Clock } from '../async/clock.ts';
import { withTimeLimit } from '../async/time-limit.ts';
import { workerIdOf } from '../config/advertised-address.ts';
import { ConnectError, toConnectError } from '../errors/connect-error.ts';
import type { GroupAssignment, WorkerGroup } from '../group/worker-group.ts';
import type { Forwarding, GroupDescription } from './forwarding.ts';

/** What knowing the members needs. */
export interface GroupMembersOptions {
  readonly workerId: string;
  readonly group: Pick<WorkerGroup, 'generation' | 'workers'>;
  readonly forwarding: Pick<Forwarding, 'describeGroup'>;
  /** Where a worker that does not tell its address is reached, by its advertised URL. */
  readonly grpcAddressOf: (url: string) => string;
  readonly clock: Clock;
  /** Called when the members of a round have become known. */
  readonly onKnown: () => void;
}

/** The members after a round, and which of them leads. */
export interface KnownMembers extends GroupDescription {
  readonly leaderId: string;
  readonly leaderUrl: string;
}

/** Longest wait for the leader's answer, ms. */
const leaderTimeoutMs = 5000;
/** The leader may be through with the round a little later than this worker, and then does not tell yet. */
const learnAttemptsMax = 6;
const learnBackoff = { initialMs: 50, maxMs: 2000 };

/** Knows the members as of the last round for which the leader told them; they stay known through the next round (ADR 0085). */
export class GroupMembers {
  readonly #options: GroupMembersOptions;
  #known: KnownMembers | null = null;
  #asking: Promise<KnownMembers | null> | null = null;
  #round = new AbortController();

  constructor(options: GroupMembersOptions) {
    this.#options = options;
  }

  /** The members of the last round that is known; null before any was. */
  get known(): KnownMembers | null {
    return this.#known;
  }

  /** The members as this worker has them from its own round; null unless it leads and no round is under way. */
  describe(): GroupDescription | null {
    const { group } = this.#options;
    return group.workers && { generation: group.generation, workers: group.workers };
  }

  /** A round begins, or the membership is over: what was asked about the last one is of no use. */
  endRound(): void {
    this.#round.abort(new ConnectError('GROUP_REBALANCE', 'The group rebalances'));
    this.#asking = null;
  }

  /** A round is over: has the members become known soon, in the background. */
  learn(assignment: GroupAssignment): void {
    this.endRound();
    this.#round = new AbortController();
    void this.#learn(assignment, this.#round.signal);
  }

  /**
   * The members of a round that is over; asks the leader where they are not known.
   *
   * @returns null when the leader does not tell. @throws the signal's reason.
   */
  async of(assignment: GroupAssignment, signal: AbortSignal): Promise<KnownMembers | null> {
    if (this.#known?.generation === assignment.generation) return this.#known;
    this.#asking ??= this.#ask(assignment, this.#round.signal);
    return abortable(this.#asking, signal, () => toConnectError(signal.reason));
  }

  /** Where a worker is reached, whether or not it is known to be a member. */
  addressOf(workerId: string): string {
    const worker = this.#known?.workers.find(({ url }) => url !== '' && workerIdOf(url) === workerId);
    return worker?.peer?.grpcAddress ?? this.#options.grpcAddressOf(`http://${workerId}/`);
  }

  async #learn(assignment: GroupAssignment, signal: AbortSignal): Promise<void> {
    for (let attempt = 1; attempt <= learnAttemptsMax && !signal.aborted; attempt += 1) {
      // What keeps the leader from answering is of no concern until somebody asks, who is then told that it did not.
      const found = await this.of(assignment, signal).catch(() => null);
      if (found !== null) return;
      await this.#options.clock.sleep(backoffMs(learnBackoff, attempt), signal).catch(() => undefined);
    }
  }

  async #ask(assignment: GroupAssignment, signal: AbortSignal): Promise<KnownMembers | null> {
    const { leaderId, leaderUrl, generation } = assignment;
    const description = assignment.isLeader ? this.describe() : await this.#askLeader(assignment, signal);
    if (signal.aborted) return null;
    this.#asking = null;
    if (description?.generation !== generation) return null;
    this.#known = { ...description, leaderId, leaderUrl };
    this.#options.onKnown();
    return this.#known;
  }

  async #askLeader(assignment: GroupAssignment, signal: AbortSignal): Promise<GroupDescription | null> {
    const { clock, forwarding, grpcAddressOf, workerId } = this.#options;
    const onTimeout = (): Error =>
      new ConnectError('DEADLINE_EXCEEDED', `The leader did not answer within ${leaderTimeoutMs} ms`);
    const address = assignment.leaderGrpcAddress ?? grpcAddressOf(assignment.leaderUrl);
    try {
      return await withTimeLimit(clock, { timeoutMs: leaderTimeoutMs, onTimeout, signal }, until =>
        forwarding.describeGroup(address, workerId, until),
      );
    } catch {
      return null; // Whoever asks is told that the leader did not.
    }
  }
}
