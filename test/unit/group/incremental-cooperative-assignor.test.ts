import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isEmptyWork } from '../../../src/group/connectors-and-tasks.ts';
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
