import type { Clock } from '../async/clock.ts';
import type { JoinRound } from '../kafka/group-member.ts';
import type { Logger } from '../logging/logger.ts';
import { initialMemory, type AssignorMemory } from './assignor-memory.ts';
import { toMemory, type AwaitedRestart } from './awaited-restarts.ts';
import type { ConfigSnapshot, ConfigSnapshotSource } from './config-snapshot-source.ts';
import { decodeMetadata } from './connect-protocol.ts';
import { decideAsLeader, maxConfigOffset, readRound } from './leader-assignment.ts';
import type { GroupWorker } from './worker-group.ts';

/** What a {@link Leadership} is made of. */
export interface LeadershipOptions {
  readonly configs: ConfigSnapshotSource;
  /** `scheduled.rebalance.max.delay.ms` */
  readonly maxDelayMs: number;
  /** Wait for every lost worker as Kafka Connect does, not only for those that announced a restart (D8). */
  readonly strictKafkaDelay: boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What a member needs to lead a round, and remembers for the next one in case it leads again. */
export class Leadership {
  readonly #options: LeadershipOptions;
  #snapshot: ConfigSnapshot;
  #memory: AssignorMemory = initialMemory;
  #lastCompletedGeneration = -1;
  #workers: readonly GroupWorker[] | null = null;

  constructor(options: LeadershipOptions) {
    this.#options = options;
    this.#snapshot = options.configs.snapshot();
  }

  /** Who runs what; null unless this member led the last completed round and assigned in it. */
  get workers(): readonly GroupWorker[] | null {
    return this.#workers;
  }

  /** A round begins, in which this member says that it knows `snapshot`. */
  begin(snapshot: ConfigSnapshot): void {
    this.#snapshot = snapshot;
    this.#workers = null;
  }

  /**
   * This member has its assignment of the round.
   *
   * @param awaited the restarts that the leader waits for; what it takes to go on waiting, should this member lead the next round.
   */
  complete(
    round: { readonly generation: number; readonly isLeader: boolean },
    awaited: readonly AwaitedRestart[],
  ): void {
    this.#lastCompletedGeneration = round.generation;
    if (round.isLeader) return;
    this.#workers = null;
    this.#memory = toMemory(awaited, { generation: round.generation, nowMs: this.#options.clock.monotonicMs() });
  }

  /** The leader's part of a round. Bytes for every member. */
  assign(joined: JoinRound): ReadonlyMap<string, Uint8Array> {
    const { configs, clock, log } = this.#options;
    const round = readRound(joined, {
      lastCompletedGeneration: this.#lastCompletedGeneration,
      read: decodeMetadata,
      onUnreadable: (memberId, err) =>
        log.warn({ err, memberId }, 'Metadata of a member cannot be read; it counts as idle'),
    });
    // What was read since this member joined may be enough; then nobody has to join again.
    if (this.#snapshot.configOffset < maxConfigOffset(round)) this.#snapshot = configs.snapshot();
    const decision = decideAsLeader(round, {
      ...this.#options,
      snapshot: this.#snapshot,
      memory: this.#memory,
      nowMs: clock.monotonicMs(),
    });
    this.#memory = decision.memory;
    this.#workers = decision.workers;
    if (decision.workers === null) log.info('Another member knows later configurations; all members have to catch up');
    return decision.assignments;
  }
}
