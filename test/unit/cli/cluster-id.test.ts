import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createDeferred } from '../../../src/async/deferred.ts';
import { watchClusterId } from '../../../src/cli/cluster-id.ts';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import { ManualClock } from '../../support/manual-clock.ts';

function open() {
  const clock = new ManualClock();
  const answer = createDeferred<string | null>();
  const warnings: unknown[] = [];
  const log = { warn: (details: unknown, text?: string) => void warnings.push([details, text]) };
  const topics = { clusterId: () => answer.promise };
  const clusterId = watchClusterId({ topics, bootstrapServers: ['b:1'], clock, log });
  const settle = (): Promise<unknown> => answer.promise.catch(() => undefined).then(() => undefined);
  return { clock, answer, warnings, clusterId, settle };
}

describe('the id of the Kafka cluster', () => {
  test('is empty until a broker told it, and then nothing is warned of', async () => {
    const { clock, answer, warnings, clusterId, settle } = open();
    assert.equal(clusterId(), '');

    answer.resolve('abc');
    await settle();
    clock.advance(60_000);

    assert.equal(clusterId(), 'abc');
    assert.deepEqual(warnings, []);
  });

  test('makes known soon that no broker answers, and in the end why', async () => {
    const { clock, answer, warnings, settle } = open();

    clock.advance(3000);
    answer.reject(new ConnectError('KAFKA_UNAVAILABLE', 'refused'));
    await settle();

    assert.deepEqual(warnings, [
      [{ bootstrapServers: ['b:1'] }, 'No broker could be reached yet; still trying'],
      [{ bootstrapServers: ['b:1'], cause: 'refused' }, 'No broker could be reached; tasks will keep trying'],
    ]);
  });

  test('is no matter for a worker that stops', async () => {
    const { clock, answer, warnings, settle } = open();

    answer.reject(new ConnectError('SHUTTING_DOWN', 'closed'));
    await settle();
    clock.advance(60_000);

    assert.deepEqual(warnings, []);
  });
});
