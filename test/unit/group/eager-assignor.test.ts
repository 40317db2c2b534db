import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toConnectorsAndTasks, toWorkSet } from '../../../src/group/connectors-and-tasks.ts';
import { assignEagerly } from '../../../src/group/eager-assignor.ts';

describe('the eager assignor', () => {
  test('deals connectors, then tasks, in turn to the members in order of their ids', () => {
    const tasks = [10, 2].map(task => ({ connector: 'c', task }));
    const configured = toWorkSet({ connectors: ['d', 'c'], tasks: [{ connector: 'd', task: 0 }, ...tasks] });

    const dealt = assignEagerly(['m2', 'm3', 'm1'], configured);

    assert.deepEqual(
      [...dealt].map(([member, work]) => [member, toConnectorsAndTasks(work)]),
      [
        ['m1', { connectors: ['c'], tasks: [{ connector: 'c', task: 10 }] }],
        ['m2', { connectors: ['d'], tasks: [{ connector: 'd', task: 0 }] }],
        ['m3', { connectors: [], tasks: [{ connector: 'c', task: 2 }] }],
      ],
    );
  });

  test('gives members nothing when nothing is configured', () => {
    const dealt = assignEagerly(['m1'], toWorkSet({ connectors: [], tasks: [] }));

    assert.deepEqual(
      [...dealt].map(([member, work]) => [member, toConnectorsAndTasks(work)]),
      [['m1', { connectors: [], tasks: [] }]],
    );
  });
});
