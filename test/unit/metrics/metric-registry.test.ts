import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MetricRegistry } from '../../../src/metrics/metric-registry.ts';

describe('metric registry', () => {
  test('shows the metrics of all groups with their values now', () => {
    const registry = new MetricRegistry();
    const a = registry.group('task-error-metrics', { connector: 'c', task: '0' });
    const retries = a.counter('total-retries');
    let lastMs = 1;
    a.gauge('last-error-timestamp', () => lastMs);
    registry.group('connect-worker-metrics').counter('task-count').add();

    retries.add();
    retries.add(4);
    lastMs = 7;

    const tags = { connector: 'c', task: '0' };
    assert.deepEqual(registry.snapshot(), [
      { group: 'task-error-metrics', name: 'total-retries', tags, value: 5 },
      { group: 'task-error-metrics', name: 'last-error-timestamp', tags, value: 7 },
      { group: 'connect-worker-metrics', name: 'task-count', tags: {}, value: 1 },
    ]);
  });

  test('shows a group no more once it is removed', () => {
    const registry = new MetricRegistry();
    const group = registry.group('g');
    group.counter('n');

    registry.remove(group);
    registry.remove(group);

    assert.deepEqual(registry.snapshot(), []);
  });

  test('has no two metrics of one name in a group', () => {
    const group = new MetricRegistry().group('g');
    group.counter('n');

    assert.throws(() => group.counter('n'), /'n' of g exists already/);
  });
});
