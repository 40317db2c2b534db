import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { AdminFixture } from '../../support/admin-fixture.ts';
import { refusalOf } from '../../support/grpc-refusal.ts';

describe('the cluster service', () => {
  let admin: AdminFixture;

  beforeEach(async () => {
    admin = await AdminFixture.start();
  });
  afterEach(() => admin.close());

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

    const answer = await admin.client.call('millrace.admin.v1.Cluster/GetCluster', {});

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
        workers_generation: 7,
        rebalance_at: { seconds: '1700000060', nanos: 0 },
        stage: { description: 'reading', started_at: { seconds: '1700000000', nanos: 0 } },
      },
    });
  });

  const call = (method: string, request: object): Promise<unknown> =>
    admin.client.call(`millrace.admin.v1.Cluster/${method}`, request);

  test('loggers are listed, told and set', async () => {
    const set = await call('SetLoggerLevel', { name: 'millrace.kafka', level: 'debug' });
    const one = await call('GetLogger', { name: 'millrace.kafka' });
    const all = JSON.stringify(await call('ListLoggers', {}));

    const lastModified = { seconds: '1700000000', nanos: 0 };
    assert.deepEqual(JSON.parse(JSON.stringify(set)), { loggers: ['millrace.kafka'] });
    assert.deepEqual(JSON.parse(JSON.stringify(one)), {
      logger: { name: 'millrace.kafka', level: 'DEBUG', last_modified: lastModified },
    });
    assert.match(all, /"name":"millrace","level":"INFO".*"name":"millrace.kafka".*"name":"root"/);
  });

  test('a logger that is not known is NOT_FOUND, and a level that is none names those that are', async () => {
    const unknown = await refusalOf(call('GetLogger', { name: 'none' }));
    const wrong = await refusalOf(call('SetLoggerLevel', { name: 'millrace', level: 'loud' }));

    assert.deepEqual(unknown, {
      status: 'NOT_FOUND',
      code: 'LOGGER_NOT_FOUND',
      message: 'Logger none not found.',
      violations: [],
    });
    assert.deepEqual(
      [wrong.status, wrong.violations],
      [
        'INVALID_ARGUMENT',
        [{ key: 'level', message: "must be one of OFF, FATAL, ERROR, WARN, INFO, DEBUG, TRACE, not 'loud'" }],
      ],
    );
  });

  test('a level for the whole cluster is written to the config topic', async () => {
    const written: string[] = [];
    admin.herder.onLoggerLevel = update => written.push(`${update.namespace} ${update.level}`);

    const answer = await call('SetLoggerLevel', { name: 'millrace', level: 'WARN', scope: 'CLUSTER' });

    assert.deepEqual(written, ['millrace WARN']);
    assert.deepEqual(Object.keys(answer ?? {}), []);
  });
});
