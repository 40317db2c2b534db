import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MetricRegistry } from '../../../../src/metrics/metric-registry.ts';
import { TaskErrorMetrics } from '../../../../src/worker/errors/task-error-metrics.ts';

/** Each number its own, so that none can stand for another. */
function countOf(registry: MetricRegistry): TaskErrorMetrics {
  const metrics = new TaskErrorMetrics(registry, { connector: 'c', task: 3 });
  metrics.recordFailures.add(1);
  metrics.recordErrors.add(2);
  metrics.recordsSkipped.add(3);
  metrics.retries.add(4);
  metrics.errorsLogged.add(5);
  metrics.deadLetterQueueRequests.add(6);
  metrics.deadLetterQueueFailures.add(7);
  return metrics;
}

describe('task error metrics', () => {
  test("have Kafka Connect's names, and the task's tags", () => {
    const registry = new MetricRegistry();
    const metrics = countOf(registry);
    metrics.lastErrorMs = 8;

    const shown = registry.snapshot();

    assert.deepEqual(
      shown.map(({ name, value }) => [name, value]),
      [
        ['total-record-failures', 1],
        ['total-record-errors', 2],
        ['total-records-skipped', 3],
        ['total-retries', 4],
        ['total-errors-logged', 5],
        ['deadletterqueue-produce-requests', 6],
        ['deadletterqueue-produce-failures', 7],
        ['last-error-timestamp', 8],
      ],
    );
    assert.deepEqual(
      new Set(shown.map(({ group, tags }) => JSON.stringify({ group, tags }))),
      new Set(['{"group":"task-error-metrics","tags":{"connector":"c","task":"3"}}']),
    );
  });

  test('are told at once, with no time of an error that never was', () => {
    assert.deepEqual(countOf(new MetricRegistry()).counts, {
      recordFailures: 1,
      recordErrors: 2,
      recordsSkipped: 3,
      retries: 4,
      errorsLogged: 5,
      deadLetterQueueRequests: 6,
      deadLetterQueueFailures: 7,
      lastErrorMs: 0,
    });
  });

  test('are gone with the task', () => {
    const registry = new MetricRegistry();

    countOf(registry).remove();

    assert.deepEqual(registry.snapshot(), []);
  });
});
