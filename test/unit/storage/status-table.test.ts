import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { StoredStatus } from '../../../src/storage/status-records.ts';
import { StatusTable } from '../../../src/storage/status-table.ts';

const status: StoredStatus = { state: 'RUNNING', trace: '', workerId: 'w:1', generation: 1, version: '1.0' };
const shown = { state: 'RUNNING', trace: '', workerId: 'w:1', version: '1.0', lastExit: null, restarts: 0, pid: null };
const task = (connector: string, number: number) => ({ connector, task: number });
const topic = (name: string, connector = 'c') => ({ topic: name, connector, task: 0, discoveredAtMs: 1 });

/** A table in which connector `c` runs with tasks 0, 2 and 10; of `a` topics are known, of `b` a task, of `e` the instance. */
function tableOfC(): StatusTable {
  const table = new StatusTable();
  table.apply({ kind: 'connector', connector: 'c', status });
  for (const number of [10, 2, 0]) table.apply({ kind: 'task', id: task('c', number), status });
  table.apply({ kind: 'task', id: task('b', 0), status });
  table.apply({ kind: 'connector', connector: 'e', status });
  for (const name of ['y', 'x', 'z'])
    table.apply({ kind: 'topic', connector: 'a', topic: name, status: topic(name, 'a') });
  return table;
}

describe('the table of statuses', () => {
  test('names all connectors that anything is known of, in order', () => {
    assert.deepEqual(tableOfC().connectors(), ['a', 'b', 'c', 'e']);
  });

  test('has tasks in order of their numbers, and topics in order of their names', () => {
    const table = tableOfC();

    assert.deepEqual(
      table.taskStatuses('c'),
      [0, 2, 10].map(number => ({ ...shown, id: task('c', number) })),
    );
    assert.deepEqual(
      table.topics('a').map(each => each.topic),
      ['x', 'y', 'z'],
    );
  });

  test('has nothing of what nobody told of', () => {
    const table = tableOfC();

    assert.deepEqual([table.connector('d'), table.task(task('d', 0)), table.topic('d', 'x')], [null, null, null]);
    assert.deepEqual([table.taskStatuses('d'), table.topics('d')], [[], []]);
  });

  test('keeps one entry for what is written, and shows it when it was read', () => {
    const table = new StatusTable();
    const entries = [table.connectorForWrite('c'), table.taskForWrite(task('c', 0))];

    const before = table.taskStatuses('c');
    table.apply({ kind: 'connector', connector: 'c', status });
    table.apply({ kind: 'task', id: task('c', 0), status });

    assert.deepEqual(before, []);
    assert.deepEqual(
      entries.map(entry => entry.status),
      [shown, shown],
    );
    assert.equal(table.connectorForWrite('c'), entries[0]);
    assert.equal(table.taskForWrite(task('c', 0)), entries[1]);
    assert.equal(table.connector('c'), entries[0]);
    assert.equal(table.task(task('c', 0)), entries[1]);
  });

  test('loses with a connector its tasks, and whoever writes one learns that', () => {
    const table = tableOfC();
    const entries = [table.connectorForWrite('c'), table.taskForWrite(task('c', 0))];
    const writes = entries.map(entry => ({ entry, sequence: entry.beginWrite(null, 1) }));

    table.apply({ kind: 'connector', connector: 'c', status: null });

    assert.deepEqual(
      writes.map(({ entry, sequence }) => entry.isLatest(sequence)),
      [false, false],
    );
    assert.deepEqual([table.connectors(), table.connector('c'), table.taskStatuses('c')], [['a', 'b', 'e'], null, []]);
  });

  test('loses a task alone, and the connector with the last that was known of it', () => {
    const table = tableOfC();
    const entry = table.taskForWrite(task('b', 0));
    const sequence = entry.beginWrite(null, 1);

    table.apply({ kind: 'task', id: task('b', 0), status: null });
    table.apply({ kind: 'task', id: task('c', 2), status: null });

    assert.equal(entry.isLatest(sequence), false);
    assert.deepEqual(table.connectors(), ['a', 'c', 'e']);
    assert.deepEqual(
      table.taskStatuses('c').map(({ id }) => id.task),
      [0, 10],
    );
  });

  test('counts the topics that were taken away, once each', () => {
    const table = tableOfC();
    const before = table.topicResets;

    for (const name of ['x', 'x', 'y', 'z']) table.apply({ kind: 'topic', connector: 'a', topic: name, status: null });

    assert.deepEqual([before, table.topicResets, table.connectors()], [0, 3, ['b', 'c', 'e']]);
  });
});
