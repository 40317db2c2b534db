import type { Clock } from '../async/clock.ts';
import type { MembershipWatch } from '../kafka/group-member.ts';
import type { FenceVerdict, WriteFence } from '../kafka/write-fence.ts';

/**
 * - `none`: no member, and nothing of what it had may be written any more.
 * - `held`: a member, as far as this worker knows.
 * - `ending`: the coordinator is silent; the work is being given up, and may be brought to its end while no other can have it.
 */
type State =
  | { readonly kind: 'none' }
  | { readonly kind: 'held' | 'ending'; readonly sinceMs: number; readonly aliveAtMs: number };

/** How much earlier than the session this lease ends, as a part of it: what is sent has to arrive before another worker starts. */
const marginRatio = 0.05;

/**
 * A worker's right to write for what it was assigned: records, offsets, states and, when it leads, configurations. The coordinator
 * gives its work to others when it has not heard of the worker for `session.timeout.ms`. Until that long after the last heartbeat that
 * was answered was sent, no other worker can have the work; after that this worker holds back what it would write. That is what a
 * worker goes by that was stopped (SIGSTOP, a virtual machine that pauses, a long collection of garbage): when it wakes it has timers
 * that are due and batches from its plugins, but no lease. What was appended under an earlier membership is never written (I3).
 *
 * A process that is stopped between this question and the system call that sends is out of its reach: then one request arrives late.
 */
export class MembershipLease implements WriteFence, MembershipWatch {
  readonly #clock: Clock;
  readonly #lengthMs: number;
  #state: State = { kind: 'none' };

  constructor(options: { readonly clock: Clock; readonly sessionTimeoutMs: number }) {
    this.#clock = options.clock;
    this.#lengthMs = options.sessionTimeoutMs * (1 - marginRatio);
  }

  alive(atMs: number): void {
    const sinceMs = this.#state.kind === 'held' ? this.#state.sinceMs : this.#clock.monotonicMs();
    const aliveAtMs = this.#state.kind === 'held' ? Math.max(this.#state.aliveAtMs, atMs) : atMs;
    this.#state = { kind: 'held', sinceMs, aliveAtMs };
  }

  lost(isTold: boolean): void {
    if (this.#state.kind === 'none') return;
    this.#state = isTold ? { kind: 'none' } : { ...this.#state, kind: 'ending' };
  }

  judge(appendedAtMs: number): FenceVerdict {
    const state = this.#state;
    if (state.kind === 'none' || appendedAtMs < state.sinceMs) return 'drop';
    if (this.#clock.monotonicMs() < state.aliveAtMs + this.#lengthMs) return 'send';
    // A member asks the coordinator right away whether it still is one.
    return state.kind === 'held' ? 'wait' : 'drop';
  }
}
