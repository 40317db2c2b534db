import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { AdminServer } from '../../../src/admin/admin-server.ts';
import { SystemClock } from '../../../src/async/clock.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { FakeHerder } from '../../support/fake-herder.ts';
import { ReflectionClient } from '../../support/reflection-client.ts';

describe('the cluster service', () => {
  const herder = new FakeHerder();
  let server: AdminServer;
  let client: ReflectionClient;

  beforeEach(async () => {
    const log = createSilentLogger();
    server = new AdminServer({ herder, clock: new SystemClock(), log, addresses: ['127.0.0.1:0'] });
    const [address = ''] = await server.start();
    client = new ReflectionClient(address);
  });
  afterEach(async () => {
    client.close();
    await server.close();
  });

  test('GetCluster answers workers, leader and what each runs', async () => {
    const worker = {
      worker_id: 'a:8083',
      url: 'http://a:8083/',
      grpc_address: 'a:9083',
      member_id: 'm-a',
      leader: true,
      version: '0.1.0',
      connectors: ['lines'],
      tasks: [{ connector: 'lines', task: 0 }],
    };

    const answer = await client.call('millrace.admin.v1.Cluster/GetCluster', {});

    assert.deepEqual(JSON.parse(JSON.stringify(answer)), {
      cluster: {
        mode: 'DISTRIBUTED',
        group_id: 'connect',
        kafka_cluster_id: 'abc',
        state: 'STABLE',
        state_since: { seconds: '1700000000', nanos: 0 },
        generation: 7,
        protocol: 'sessioned',
        leader: 'a:8083',
        workers: [worker],
        complete: true,
        rebalance_at: { seconds: '1700000060', nanos: 0 },
        stage: { description: 'reading', started_at: { seconds: '1700000000', nanos: 0 } },
      },
    });
  });
});
