import { toWorkSet } from '../../src/group/connectors-and-tasks.ts';
import type { AssignorResult, AssignorRound } from '../../src/group/incremental-cooperative-assignor.ts';
import type { GroupSimulation, RoundOutcome } from './group-simulation.ts';

/** One round that happened, for somebody else to compute again. */
export interface PlayedRound {
  readonly round: AssignorRound;
  readonly result: AssignorResult;
}

const memberNames = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
const connectorNames = ['k', 'l', 'm', 'n', 'o', 'p', 'q', 'r'];

/** Lets things happen to a cluster: workers and connectors come and go, time passes, rounds succeed or do not. */
export class GroupChaos {
  readonly #group: GroupSimulation;
  readonly #random: (below: number) => number;

  constructor(group: GroupSimulation, random: (below: number) => number) {
    this.#group = group;
    this.#random = random;
  }

  /** One change and the round after it. */
  step(): PlayedRound {
    this.#change();
    if (this.#group.members.size === 0) this.#join();
    if (this.#random(3) === 0) this.#group.nowMs += [1, 40, 1600, 70_000, 150_000, 300_000][this.#random(6)] ?? 0;
    const outcomes: readonly RoundOutcome[] = ['is-not-delivered', 'follows-a-missed-one'];
    const outcome = outcomes[this.#random(12)] ?? 'completes';
    const round = this.#group.nextRound(outcome);
    return { round, result: this.#group.rebalance(outcome) };
  }

  #change(): void {
    const { members, configured } = this.#group;
    const member = [...members.keys()][this.#random(Math.max(1, members.size))];
    const connector = connectorNames[this.#random(connectorNames.length)] ?? '';
    switch (this.#random(9)) {
      case 0:
      case 1:
        return this.#join();
      case 2:
        if (member !== undefined) this.#group.remove(member);
        return;
      case 3:
        if (member !== undefined) this.#group.announceRestart(member);
        return;
      case 4:
      case 5:
      case 6:
        configured.set(connector, this.#random(7));
        return;
      case 7:
        configured.delete(connector);
        return;
      default:
        return;
    }
  }

  #join(): void {
    const { members, configured } = this.#group;
    const free = memberNames.filter(name => !members.has(name));
    const name = free[this.#random(Math.max(1, free.length))];
    if (name === undefined) return;
    // Now and then one comes with work that others have, or that is gone: it was out of touch.
    const [connector] = configured.keys();
    const hasStaleWork = connector !== undefined && this.#random(8) === 0;
    const stale = hasStaleWork ? { connectors: [connector, 'z'], tasks: [{ connector, task: 0 }] } : undefined;
    this.#group.join(name, { url: name, ...(stale === undefined ? {} : { active: toWorkSet(stale) }) });
  }
}
