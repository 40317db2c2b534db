import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { initialMemory } from '../../../src/group/assignor-memory.ts';
import { emptyWork, isEmptyWork, toConnectorsAndTasks, toWorkSet } from '../../../src/group/connectors-and-tasks.ts';
import { assignIncrementally } from '../../../src/group/incremental-cooperative-assignor.ts';
import { GroupChaos } from '../../support/group-chaos.ts';
import { GroupSimulation } from '../../support/group-simulation.ts';
import { createRandom } from '../../support/random.ts';

/** Two rounds for what is out of place, two for each back-off that may stand between, with some to spare. */
const roundsMax = 12;

describe('the incremental cooperative assignor, whatever happens,', () => {
  for (const strictKafkaDelay of [false, true]) {
    for (const maxDelayMs of [300_000, 0]) {
      const how = `${strictKafkaDelay ? "with Kafka Connect's delay" : 'with announced restarts'} of ${maxDelayMs} ms`;

      test(`keeps to its invariants and ends in balance, ${how}`, () => {
        for (let seed = 1; seed <= 60; seed += 1) {
          const group = new GroupSimulation({ maxDelayMs, strictKafkaDelay });
          const chaos = new GroupChaos(group, createRandom(seed));

          for (let step = 0; step < 60; step += 1) {
            chaos.step();
            if (step % 20 === 19) group.converge({ roundsMax });
          }
        }
      });
    }
  }

  test('takes what is configured no more from members in the first round of a new leader, which remembers nothing', () => {
    const tasks = (...numbers: number[]) => numbers.map(task => ({ connector: 'c', task }));
    const round = {
      generation: 9,
      lastCompletedGeneration: -1,
      // While a member is about to restart, nothing is revoked for the sake of balance.
      members: ['m', 'restarting'].map(memberId => ({
        memberId,
        url: `http://${memberId}:1/`,
        isRestarting: memberId === 'restarting',
        active: memberId === 'm' ? toWorkSet({ connectors: ['c'], tasks: tasks(0, 1) }) : emptyWork,
      })),
      configured: toWorkSet({ connectors: ['c'], tasks: [] }),
      nowMs: 1,
      maxDelayMs: 300_000,
      strictKafkaDelay: false,
    };

    const told = assignIncrementally(initialMemory, round).assignments.get('m');

    assert.deepEqual(told && toConnectorsAndTasks(told.revoked), { connectors: [], tasks: tasks(0, 1) });
    assert.deepEqual(told && toConnectorsAndTasks(told.total), { connectors: ['c'], tasks: [] });
  });

  test('moves nothing when everything is in place', () => {
    const random = createRandom(7);
    const group = new GroupSimulation({ maxDelayMs: 300_000, strictKafkaDelay: false });
    const chaos = new GroupChaos(group, random);
    for (let step = 0; step < 40; step += 1) chaos.step();
    group.converge({ roundsMax });

    const { assignments, delayMs } = group.rebalance();

    assert.equal(delayMs, 0);
    assert.ok([...assignments.values()].every(one => isEmptyWork(one.assigned) && isEmptyWork(one.revoked)));
  });

  test('revokes nothing when a worker vanishes', () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const group = new GroupSimulation({ maxDelayMs: 300_000, strictKafkaDelay: false });
      const chaos = new GroupChaos(group, createRandom(seed));
      for (let step = 0; step < 40; step += 1) chaos.step();
      group.join('x');
      group.converge({ roundsMax });
      group.remove('x');

      const { assignments, delayMs } = group.rebalance();

      if ([...group.members.values()].some(({ isRestarting }) => isRestarting)) continue;
      assert.equal(delayMs, 0);
      assert.ok([...assignments.values()].every(one => isEmptyWork(one.revoked)));
    }
  });
});
