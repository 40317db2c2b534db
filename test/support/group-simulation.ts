import assert from 'node:assert/strict';
import type { ConnectorTaskId } from '../../src/data/connector-task-id.ts';
import { initialMemory, type AssignorMemory } from '../../src/group/assignor-memory.ts';
import { listAwaitedRestarts, toMemory } from '../../src/group/awaited-restarts.ts';
import {
  compareText,
  emptyWork,
  findShared,
  intersect,
  isEmptyWork,
  subtract,
  toConnectorsAndTasks,
  toWorkSet,
  unite,
  type WorkSet,
} from '../../src/group/connectors-and-tasks.ts';
import {
  assignIncrementally,
  type AssignorMember,
  type AssignorResult,
  type AssignorRound,
} from '../../src/group/incremental-cooperative-assignor.ts';

/** How a round ends: as it should; computed but never received by anybody; received, but the leader missed the one before. */
export type RoundOutcome = 'completes' | 'is-not-delivered' | 'follows-a-missed-one';

/** A cluster without Kafka: members, what is configured, and a leader that assigns. Holds every round to the assignor's invariants. */
export class GroupSimulation {
  readonly members = new Map<string, AssignorMember>();
  readonly configured = new Map<string, number>();
  readonly maxDelayMs: number;
  readonly strictKafkaDelay: boolean;
  nowMs = 1_000_000;
  memory: AssignorMemory = initialMemory;
  #generation = 0;
  #isSettled = true;

  constructor(options: { readonly maxDelayMs: number; readonly strictKafkaDelay: boolean }) {
    this.maxDelayMs = options.maxDelayMs;
    this.strictKafkaDelay = options.strictKafkaDelay;
  }

  join(memberId: string, options: { readonly url?: string; readonly active?: WorkSet } = {}): void {
    const { url = memberId, active = emptyWork } = options;
    this.members.set(memberId, { memberId, url, isRestarting: false, active });
  }

  /** The member is gone, whether it left or its session ended: the leader sees the same. */
  remove(memberId: string): void {
    this.members.delete(memberId);
  }

  announceRestart(memberId: string): void {
    const member = this.members.get(memberId);
    assert.ok(member);
    this.members.set(memberId, { ...member, isRestarting: true });
  }

  /** Another worker leads from now on; it knows what the members were told of awaited restarts, and nothing else. */
  changeLeader(): void {
    const awaited = this.strictKafkaDelay ? [] : listAwaitedRestarts(this.memory, this);
    this.memory = toMemory(awaited, { generation: this.#generation, nowMs: this.nowMs });
  }

  /** What is configured, as a set. */
  get work(): WorkSet {
    const tasks = [...this.configured].flatMap(([connector, count]) =>
      Array.from({ length: count }, (_, task): ConnectorTaskId => ({ connector, task })),
    );
    return toWorkSet({ connectors: [...this.configured.keys()], tasks });
  }

  /** The round that would come now. */
  nextRound(outcome: RoundOutcome = 'completes'): AssignorRound {
    return {
      generation: this.#generation + 1,
      lastCompletedGeneration: outcome === 'follows-a-missed-one' ? this.#generation - 1 : this.#generation,
      members: [...this.members.values()].toSorted((left, right) => compareText(left.memberId, right.memberId)),
      configured: this.work,
      nowMs: this.nowMs,
      maxDelayMs: this.maxDelayMs,
      strictKafkaDelay: this.strictKafkaDelay,
    };
  }

  rebalance(outcome: RoundOutcome = 'completes'): AssignorResult {
    const round = this.nextRound(outcome);
    this.#generation = round.generation;
    const result = assignIncrementally(this.memory, round);
    checkRound(round, result);
    this.memory = result.memory;
    this.#isSettled = outcome !== 'is-not-delivered' && !revokesAnything(result) && result.delayMs === 0;
    if (outcome === 'is-not-delivered') return result;
    for (const [memberId, { total }] of result.assignments) {
      const member = this.members.get(memberId);
      assert.ok(member);
      this.members.set(memberId, { ...member, active: total });
    }
    return result;
  }

  /** Rebalances as members would by themselves, until none has a reason; then everything runs once and evenly. */
  converge(options: { readonly roundsMax: number; readonly each?: (result: AssignorResult) => void }): void {
    for (let rounds = 1; ; rounds += 1) {
      const result = this.rebalance();
      options.each?.(result);
      if (this.#isSettled) break;
      assert.ok(rounds < options.roundsMax, `No end after ${rounds} rounds`);
      if (!revokesAnything(result)) this.nowMs += result.delayMs;
    }
    this.#checkConverged();
  }

  #checkConverged(): void {
    const held = [...this.members.values()].map(({ active }) => active);
    const all = unite(held);
    assert.deepEqual(subtract(this.work, all), emptyWork, 'Something configured runs nowhere');
    assert.deepEqual(subtract(all, this.work), emptyWork, 'Something runs that is not configured');
    if ([...this.members.values()].some(({ isRestarting }) => isRestarting)) return;
    assertEven(held.map(({ connectors }) => connectors.size));
    assertEven(held.map(({ tasks }) => tasks.size));
  }
}

/** `2 connectors, 3 tasks` is `2+3`; what is new has a plus, what is revoked a minus. Tasks of one connector are grouped. */
export function describeResult(result: AssignorResult): string {
  const lines = [...result.assignments].map(([memberId, { assigned, revoked, total }]) => {
    const words = [...list('+', assigned), ...list('-', revoked)];
    return `${memberId} ${total.connectors.size}+${total.tasks.size}${words.length > 0 ? `: ${words.join(' ')}` : ''}`;
  });
  return [...lines.toSorted(), ...(result.delayMs > 0 ? [`delay ${result.delayMs} ms`] : [])].join('\n');
}

function list(sign: string, work: WorkSet): readonly string[] {
  const { connectors, tasks } = toConnectorsAndTasks(work);
  const numbers = new Map<string, number[]>();
  for (const { connector, task } of tasks) numbers.set(connector, [...(numbers.get(connector) ?? []), task]);
  const groups = [...numbers].map(
    ([connector, all]) => `${sign}${connector}/${all.toSorted((a, b) => a - b).join(',')}`,
  );
  return [...connectors.map(name => sign + name).toSorted(), ...groups.toSorted()];
}

function revokesAnything({ assignments }: AssignorResult): boolean {
  return [...assignments.values()].some(({ revoked }) => !isEmptyWork(revoked));
}

/** What holds in every single round. */
function checkRound(round: AssignorRound, result: AssignorResult): void {
  const told = [...result.assignments];
  const active = unite(round.members.map(member => member.active));
  const assigned = unite(told.map(([, one]) => one.assigned));
  assert.deepEqual(findShared(told.map(([, one]) => one.total)), emptyWork, 'Something is given to two members');
  assert.deepEqual(intersect(assigned, active), emptyWork, 'Something is assigned that a member still has (I3)');
  assert.deepEqual(subtract(assigned, round.configured), emptyWork, 'Something is assigned that is not configured');
  assert.ok(result.delayMs >= 0 && result.delayMs <= round.maxDelayMs);
  const duplicated = findShared(round.members.map(member => member.active));
  const free = unite([subtract(active, round.configured), duplicated]);
  for (const member of round.members) {
    const one = result.assignments.get(member.memberId);
    assert.ok(one);
    assert.deepEqual(intersect(one.assigned, one.revoked), emptyWork, 'Something is assigned and revoked');
    if (!round.strictKafkaDelay)
      assert.deepEqual(
        subtract(one.revoked, member.active),
        emptyWork,
        'Something is revoked from a member without it',
      );
    const needless = subtract(one.revoked, free);
    if (isEmptyWork(needless)) continue;
    assert.equal(result.delayMs, 0, 'Balancing revokes while something is waited for');
    const share = (total: number): number => Math.floor(total / round.members.length);
    if (needless.connectors.size > 0) assert.ok(one.total.connectors.size >= share(round.configured.connectors.size));
    if (needless.tasks.size > 0) assert.ok(one.total.tasks.size >= share(round.configured.tasks.size));
  }
}

function assertEven(counts: readonly number[]): void {
  assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, `Loads differ by more than one: ${counts.join()}`);
}
