import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { renderClusterTable } from '../../../scripts/bench/cluster/cluster-report.ts';
import { areBalanced } from '../../../scripts/bench/cluster/cluster-round.ts';
import type { ConnectorPlaces } from '../../../scripts/bench/cluster/cluster-admin.ts';
import type { Sample } from '../../../scripts/bench/cluster/measures.ts';

const load = { connectors: 100, tasks: 4 };

describe("the cluster benchmark's report", () => {
  test('gives the median and the range of each contender, and the ratio of the medians', () => {
    const values = (contender: string, ...list: number[]): Sample[] =>
      list.map(value => ({ contender, measure: 'crash', value }));
    const samples: Sample[] = [
      ...values('Kafka Connect', 12_000, 10_000, 20_000),
      ...values('Millrace', 3000, 2000, 6000),
      { contender: 'Millrace', measure: 'idle', value: 99 },
    ];

    const table = renderClusterTable(samples, load);

    assert.equal(
      table,
      [
        '| median (lowest to highest) | Kafka Connect | Millrace | ratio |',
        '| --- | --- | --- | --- |',
        '| idle worker, memory |  | 99 MiB (99 to 99) |  |',
        '| kill -9 of one of three workers, until all 400 tasks run again | 12,000 ms (10,000 to 20,000) | 3,000 ms (2,000 to 6,000) | 0.25x |',
      ].join('\n'),
    );
  });
});

describe("the cluster benchmark's look at the balance", () => {
  const spread = (...workerIds: string[]): ConnectorPlaces => ({
    connector: { state: 'RUNNING', workerId: 'a' },
    tasks: workerIds.map(workerId => ({ state: 'RUNNING', workerId })),
  });

  test('allows one task more on a worker, over all connectors, and not two', () => {
    assert.equal(areBalanced([spread('a', 'b', 'c'), spread('a')], ['a', 'b', 'c']), true);
    assert.equal(areBalanced([spread('a', 'b', 'c'), spread('a', 'a')], ['a', 'b', 'c']), false);
  });

  test('counts a worker that has nothing', () => {
    assert.equal(areBalanced([spread('a', 'a', 'b', 'b')], ['a', 'b', 'c']), false);
  });
});
