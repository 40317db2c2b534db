import type { Clock } from '../async/clock.ts';
import { withDeadline } from '../async/deadline.ts';
import { ConnectError, toConnectError } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import { CoordinatorError, GroupErrorCode, type GroupCoordinator } from './group-coordinator.ts';
import type { RejoinReason } from './group-member.ts';
import type { KafkaClientConfig } from './kafka-client-config.ts';

/** What a {@link GroupHeartbeat} is made of. Times are milliseconds. */
export interface GroupHeartbeatOptions {
  readonly coordinator: GroupCoordinator;
  /**
   * Another connection to the coordinator. It answers the requests of one connection in order, and a member's request to join may wait
   * there for minutes: during a round heartbeats go another way.
   */
  readonly openCoordinator: () => GroupCoordinator;
  readonly client: KafkaClientConfig;
  readonly groupId: string;
  readonly memberId: string;
  readonly generation: number;
  readonly heartbeatIntervalMs: number;
  /** How long the coordinator may be silent before the membership counts as lost. */
  readonly silenceMaxMs: number;
  /** When the coordinator last knew this member, as the heartbeat begins. */
  readonly aliveAtMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told when the member must join again; perhaps more than once. */
  readonly ended: (reason: RejoinReason) => void;
  /** Told when the coordinator knew this member: at that moment, or later. */
  readonly alive: (atMs: number) => void;
}

/**
 * Keeps one generation's membership alive. Goes on during a rebalance, since a member that takes its time to give up what it has is
 * not dead, and during the next round, for members that keep working through it; ends when the membership is lost. Without any answer
 * for too long it counts as lost without being told so: others may have our work by then (I3). What counts is when a heartbeat was
 * sent, not when its answer was read: the process may have been stopped in between.
 */
export class GroupHeartbeat {
  readonly #options: GroupHeartbeatOptions;
  readonly #stop = new AbortController();
  #aliveAtMs: number;
  #coordinator: GroupCoordinator;
  #isInRound = false;

  constructor(options: GroupHeartbeatOptions) {
    this.#options = options;
    this.#aliveAtMs = options.aliveAtMs;
    this.#coordinator = options.coordinator;
  }

  /** When the coordinator last knew this member, on the clock that never goes back. */
  get aliveAtMs(): number {
    return this.#aliveAtMs;
  }

  start(): void {
    void this.#run();
  }

  /** The member joins the next round, and is a member of this one's generation until it is over. */
  beginRound(): void {
    if (this.#isInRound) return;
    this.#isInRound = true;
    this.#coordinator = this.#options.openCoordinator();
  }

  stop(): void {
    this.#stop.abort();
    if (this.#isInRound) this.#coordinator.close();
  }

  async #run(): Promise<void> {
    const { clock, heartbeatIntervalMs, client } = this.#options;
    const { signal } = this.#stop;
    let waitMs = heartbeatIntervalMs;
    for (;;) {
      try {
        await clock.sleep(waitMs, signal);
      } catch {
        // Only the signal ends a sleep, and that is how this loop is told to end.
        return;
      }
      const goesOn = await this.#beat();
      if (!goesOn) return;
      waitMs = goesOn === 'soon' ? Math.min(client.retryBackoffMaxMs, heartbeatIntervalMs) : heartbeatIntervalMs;
    }
  }

  /** Sends one heartbeat. Returns when to send the next, or false for never. */
  async #beat(): Promise<'later' | 'soon' | false> {
    const { clock, groupId, memberId, generation, silenceMaxMs, log, ended } = this.#options;
    const coordinator = this.#coordinator;
    const sentAtMs = clock.monotonicMs();
    const request = { groupId, groupGenerationId: generation, memberId };
    const timeoutMs = Math.max(0, this.#aliveAtMs + silenceMaxMs - sentAtMs);
    const expired = (): ConnectError =>
      new ConnectError('GROUP_REBALANCE', `The coordinator of group '${groupId}' was silent for ${silenceMaxMs} ms`);
    try {
      const beat = coordinator.call(`Heartbeat of group '${groupId}'`, broker => broker.heartbeat(request));
      await withDeadline(clock, { timeoutMs, onTimeout: expired }, beat);
      this.#isAlive(sentAtMs);
      return 'later';
    } catch (error) {
      if (this.#stop.signal.aborted) return false;
      const failure = toConnectError(error);
      const code = failure instanceof CoordinatorError ? failure.kafkaCode : null;
      if (code === GroupErrorCode.REBALANCE_IN_PROGRESS) {
        this.#isAlive(sentAtMs);
        ended({ kind: 'rebalance', message: failure.message });
        return 'later';
      }
      // In a round this generation may be over already, and the member one of the next.
      const isOver = code === GroupErrorCode.ILLEGAL_GENERATION && !this.#isInRound;
      const isTold = isOver || code === GroupErrorCode.UNKNOWN_MEMBER_ID;
      if (isTold || clock.monotonicMs() - this.#aliveAtMs >= silenceMaxMs) {
        ended({ kind: 'lost', message: failure.message, isTold });
        return false;
      }
      if (failure instanceof CoordinatorError && !failure.isPassing) {
        ended({ kind: 'failed', error: failure });
        return false;
      }
      log.debug({ err: failure }, 'Heartbeat failed; trying again');
      return 'soon';
    }
  }

  #isAlive(sentAtMs: number): void {
    this.#aliveAtMs = sentAtMs;
    this.#options.alive(sentAtMs);
  }
}
