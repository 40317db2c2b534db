import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { testBootstrap } from '../support/broker.ts';
import { ClusterFixture } from '../support/cluster-fixture.ts';
import { ClusterFlow } from '../support/cluster-flow.ts';
import type { ClusterWorker } from '../support/cluster-worker.ts';
import { KafkaProbe } from '../support/kafka-probe.ts';

const restarts = 20;

/** How each of the restarts begins: nearly all in order, some announced, some not at all. */
function signalOf(restart: number): NodeJS.Signals {
  if (restart % 10 === 9) return 'SIGKILL';
  return restart % 3 === 1 ? 'SIGUSR2' : 'SIGTERM';
}

describe('a cluster of three workers with records flowing', () => {
  test('loses none in twenty restarts of workers in a row', async t => {
    const cluster = await ClusterFixture.open(t);
    const probe = await KafkaProbe.open(t, testBootstrap());
    // A consumer's session that outlasts the test: what a killed worker's sink task leaves behind is waited for by nobody.
    const workers: ClusterWorker[] = [...(await cluster.startAll(3, { 'consumer.session.timeout.ms': '600000' }))];
    const [worker] = workers;
    assert.ok(worker);
    const flow = await ClusterFlow.start({ cluster, probe, worker }, { tasks: 4, rate: 50 });

    for (let restart = 0; restart < restarts; restart += 1) {
      const victim = workers.shift();
      assert.ok(victim);
      victim.kill(signalOf(restart));
      await victim.exited;
      workers.push(await cluster.startAgain(victim));
    }
    const last = workers[0];
    assert.ok(last);
    await last.awaitRunning('flow', 4);
    await flow.awaitMore(500);
    const outcome = await flow.finish(last);

    t.diagnostic(JSON.stringify(outcome));
    assert.ok(outcome.records > 500);
  });
});
