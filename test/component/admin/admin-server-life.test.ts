import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server as NetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { service as healthService } from 'grpc-health-check';

import { AdminServer } from '../../../src/admin/admin-server.ts';
import { SystemClock } from '../../../src/async/clock.ts';
import { createDeferred } from '../../../src/async/deferred.ts';
import { createSilentLogger, type Logger } from '../../../src/logging/logger.ts';
import { FakeHerder } from '../../support/fake-herder.ts';
import { refusalOf } from '../../support/grpc-refusal.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { ReflectionClient } from '../../support/reflection-client.ts';

const getWorker = 'millrace.admin.v1.Cluster/GetWorker';

describe('the admin server', () => {
  let herder = new FakeHerder();
  const closers: (() => Promise<void> | void)[] = [];

  beforeEach(() => {
    herder = new FakeHerder();
  });
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  function createServerOn(
    addresses: readonly string[],
    options: { drainTimeoutMs?: number; log?: Logger } = {},
  ): AdminServer {
    const { drainTimeoutMs = 10_000, log = createSilentLogger() } = options;
    const server = new AdminServer({ herder, clock: new SystemClock(), log, addresses, drainTimeoutMs });
    closers.push(() => server.close());
    return server;
  }

  function connect(address: string): ReflectionClient {
    const client = new ReflectionClient(address);
    closers.push(() => client.close());
    return client;
  }

  /** A program that has a port on an address of its own. */
  async function occupy(host: string): Promise<number> {
    const other: NetServer = createServer().listen({ host, port: 0 });
    await once(other, 'listening');
    closers.push(() => void other.close());
    const address = other.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  describe('health', () => {
    /** Answers the next status of a service at each call, from `grpc.health.v1.Health/Watch`. */
    function watch(address: string, service: string): () => Promise<string> {
      const method = healthService['Watch'];
      assert.ok(method);
      const client = new Client(address, credentials.createInsecure());
      const { path, requestSerialize, responseDeserialize } = method;
      const stream = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, { service });
      stream.on('error', () => undefined); // Its end by close is no concern of the test.
      closers.push(() => {
        stream.cancel();
        client.close();
      });
      const answers: AsyncIterator<{ readonly status: string }, undefined> = stream[Symbol.asyncIterator]();
      return async () => (await answers.next()).value?.status ?? 'ended';
    }

    test('is NOT_SERVING until the herder is ready, for the server and each service', async () => {
      herder = new FakeHerder('starting');
      const [address = ''] = await createServerOn(['127.0.0.1:0']).start();
      const services = ['', 'millrace.admin.v1.Connectors', 'millrace.admin.v1.Plugins', 'millrace.admin.v1.Cluster'];
      const watches = services.map(service => watch(address, service));
      const next = () => Promise.all(watches.map(each => each()));

      const before = await next();
      herder.readiness = 'ready';
      const afterwards = await next();

      assert.deepEqual(
        before,
        services.map(() => 'NOT_SERVING'),
      );
      assert.deepEqual(
        afterwards,
        services.map(() => 'SERVING'),
      );
    });

    test('is NOT_SERVING while the worker is no member of its group', async () => {
      const [address = ''] = await createServerOn(['127.0.0.1:0']).start();
      const next = watch(address, '');
      const before = await next();

      herder.lostMembership = { sinceMs: 1_700_000_000_000, description: 'It is lost' };
      herder.clusterListeners.tell(undefined);
      const lost = await next();
      herder.lostMembership = null;
      herder.clusterListeners.tell(undefined);

      assert.deepEqual([before, lost, await next()], ['SERVING', 'NOT_SERVING', 'SERVING']);
    });

    test('is NOT_SERVING from the moment of close', async () => {
      const server = createServerOn(['127.0.0.1:0'], { drainTimeoutMs: 200 });
      const [address = ''] = await server.start();
      const next = watch(address, '');
      assert.equal(await next(), 'SERVING');

      const closed = server.close();

      assert.equal(await next(), 'NOT_SERVING');
      await closed;
    });
  });

  describe('a worker that starts', () => {
    test('refuses calls as UNAVAILABLE and tells what it is doing', async () => {
      herder = new FakeHerder('starting');
      herder.stageText = 'The worker is currently joining the group, which began at 1970-01-01T00:00:00.000Z';
      const [address = ''] = await createServerOn(['127.0.0.1:0']).start();

      const refusal = await refusalOf(connect(address).call('millrace.admin.v1.Connectors/List', {}));

      const message = `Worker is still starting up. ${herder.stageText}`;
      assert.deepEqual(refusal, { status: 'UNAVAILABLE', code: 'WORKER_STARTING', message, violations: [] });
      assert.deepEqual(herder.calls, []);
    });

    test('tells of itself that it is not ready', async () => {
      herder = new FakeHerder('starting');
      const [address = ''] = await createServerOn(['127.0.0.1:0']).start();

      const answer = await connect(address).call(getWorker, {});

      assert.match(JSON.stringify(answer), /"ready":false/);
    });
  });

  describe('drain', () => {
    test('waits for running calls and refuses new ones, while health and reflection still answer', async () => {
      const server = createServerOn(['127.0.0.1:0']);
      const [address = ''] = await server.start();
      const client = connect(address);
      const info = await new FakeHerder().workerInfo(AbortSignal.timeout(1000));
      const answered = createDeferred<typeof info>();
      const arrived = createDeferred<undefined>();
      herder.onWorkerInfo = () => {
        arrived.resolve(undefined);
        return answered.promise;
      };
      const running = client.call(getWorker, {});
      await arrived.promise;

      let isDrained = false;
      const drained = server.drain().then(() => (isDrained = true));
      const refused = await refusalOf(client.call('millrace.admin.v1.Connectors/List', {}));
      const wasDrainedBefore = isDrained;
      answered.resolve(info);
      await drained;

      assert.deepEqual([refused.status, refused.code], ['UNAVAILABLE', 'SHUTTING_DOWN']);
      assert.equal(wasDrainedBefore, false);
      assert.ok(await running);
      assert.ok((await client.listServices()).length > 0);
    });

    test('ends without calls that do not end within the drain timeout', async () => {
      const server = createServerOn(['127.0.0.1:0'], { drainTimeoutMs: 50 });
      const [address = ''] = await server.start();
      const arrived = createDeferred<undefined>();
      herder.onWorkerInfo = () => {
        arrived.resolve(undefined);
        return new Promise(() => undefined);
      };
      const refused = assert.rejects(connect(address).call(getWorker, {}));
      await arrived.promise;

      await server.drain();
      await server.close();

      await refused;
    });
  });

  describe('close', () => {
    test('lets running calls end', async () => {
      const server = createServerOn(['127.0.0.1:0']);
      const [address = ''] = await server.start();
      const client = connect(address);
      const info = await new FakeHerder().workerInfo(AbortSignal.timeout(1000));
      const answered = createDeferred<typeof info>();
      const arrived = new Promise<void>(resolve => {
        herder.onWorkerInfo = () => {
          resolve();
          return answered.promise;
        };
      });
      const call = client.call(getWorker, {});
      await arrived;

      const closed = server.close();
      answered.resolve(info);

      assert.ok(await call);
      client.close();
      await closed;
    });

    test('cuts calls that do not end within the drain timeout and aborts their work', async () => {
      const server = createServerOn(['127.0.0.1:0'], { drainTimeoutMs: 50 });
      const [address = ''] = await server.start();
      const arrived = createDeferred<AbortSignal>();
      herder.onWorkerInfo = signal => {
        arrived.resolve(signal);
        return new Promise(() => undefined);
      };
      const call = connect(address)
        .call(getWorker, {})
        .then(
          () => 'answered',
          (error: unknown) => (isServiceError(error) ? error.code : error),
        );
      const signal = await arrived.promise;
      const aborted = once(signal, 'abort');

      await server.close();
      await aborted;

      assert.notEqual(await call, 'answered');
    });

    test('may be called twice, and before start', async () => {
      const server = createServerOn(['127.0.0.1:0']);

      await Promise.all([server.close(), server.close()]);
    });
  });

  describe('a call without a deadline', () => {
    test('ends after 90 seconds', async () => {
      const clock = new ManualClock();
      const server = new AdminServer({ herder, clock, log: createSilentLogger(), addresses: ['127.0.0.1:0'] });
      closers.push(() => server.close());
      const [address = ''] = await server.start();
      const arrived = createDeferred<AbortSignal>();
      herder.onWorkerInfo = signal => {
        arrived.resolve(signal);
        return new Promise(() => undefined);
      };
      const call = connect(address).call(getWorker, {});
      const signal = await arrived.promise;

      clock.advance(89_999);
      const abortedBefore = signal.aborted;
      clock.advance(1);

      assert.deepEqual([abortedBefore, signal.aborted], [false, true]);
      await assert.rejects(call, { code: 4, details: 'Request timed out' });
    });
  });

  describe('listening', () => {
    test('answers on every address, whatever its form', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'millrace-admin-'));
      closers.push(() => rm(folder, { recursive: true }));
      const socket = `unix:${join(folder, 'admin.sock')}`;

      const bound = await createServerOn(['http://127.0.0.1:0', 'localhost:0', socket]).start();

      assert.match(bound.join(' '), /^127\.0\.0\.1:[1-9]\d* .*127\.0\.0\.1:[1-9]\d*.* unix:/);
      for (const address of bound) assert.ok(await connect(address).call(getWorker, {}));
    });

    test('on a busy port fails with key, address and remedy', async () => {
      const port = await occupy('127.0.0.1');

      await assert.rejects(createServerOn([`http://127.0.0.1:${port}`]).start(), {
        code: 'LISTENER_UNAVAILABLE',
        message:
          `Cannot listen on 'http://127.0.0.1:${port}' of 'grpc.listeners': it is already in use. ` +
          "Stop what listens there, or set 'grpc.listeners' to another address",
        details: { key: 'grpc.listeners', address: `http://127.0.0.1:${port}`, reason: 'EADDRINUSE' },
      });
    });

    test('on a host name fails when the port is busy on one of its IPs', async () => {
      const port = await occupy('127.0.0.1');

      await assert.rejects(createServerOn([`localhost:${port}`]).start(), { code: 'LISTENER_UNAVAILABLE' });
    });

    test('on one busy address of two listens on none', async () => {
      const port = await occupy('127.0.0.1');
      const free = await occupy('127.0.0.1');
      await closers.pop()?.();

      await assert.rejects(createServerOn([`127.0.0.1:${free}`, `127.0.0.1:${port}`]).start(), {
        code: 'LISTENER_UNAVAILABLE',
      });

      assert.deepEqual(await createServerOn([`127.0.0.1:${free}`]).start(), [`127.0.0.1:${free}`]);
    });

    test('refuses what is no address of this machine', async () => {
      const faults = [
        'nonsense',
        '127.0.0.1:99999',
        'no-such-host.invalid:1',
        '192.0.2.1:1234',
        'unix:/no/such/folder/s',
      ];

      for (const address of faults) {
        await assert.rejects(createServerOn([address]).start(), (error: unknown) => {
          assert.ok(error instanceof Error);
          assert.match(error.message, new RegExp(`^Cannot listen on '${address}' of 'grpc.listeners': `));
          return true;
        });
      }
    });
  });

  describe('the log', () => {
    test('tells an unexpected error once, and nothing of an expected one', async () => {
      const errors: unknown[] = [];
      const log: Logger = { ...createSilentLogger(), error: (...args: unknown[]) => void errors.push(args) };
      const [address = ''] = await createServerOn(['127.0.0.1:0'], { log }).start();
      const client = connect(address);
      const fault = new TypeError('x is not a function');
      herder.onWorkerInfo = () => Promise.reject(fault);

      await assert.rejects(client.call(getWorker, {}));
      await assert.rejects(client.call('millrace.admin.v1.Connectors/Get', { name: 'x' }));

      assert.deepEqual(errors, [[{ path: `/${getWorker}`, err: fault }, 'Admin call failed unexpectedly']]);
    });
  });
});

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && 'details' in error;
}
