import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { ServiceError } from '@grpc/grpc-js';
import { ConfigError, ConnectError } from '../../../src/errors/connect-error.ts';
import { fromGrpcError } from '../../../src/wire/status-codec.ts';
import { AdminFixture } from '../../support/admin-fixture.ts';

const connectors = 'millrace.admin.v1.Connectors';
const plugins = 'millrace.admin.v1.Plugins';
const config = { 'connector.class': 'FileStreamSource', file: '/in', 'tasks.max': '2' };
const connector = { name: 'lines', type: 'SOURCE', config, tasks: [0, 1] };
const running = { state: 'RUNNING', worker_id: 'localhost:8083', version: '0.1.0', pid: 4711 };
const deadTask = {
  task: 1,
  state: 'FAILED',
  worker_id: 'localhost:8083',
  trace: 'died',
  version: '0.1.0',
  restarts: 3,
  last_exit: {
    signal: 'SIGKILL',
    out_of_memory: true,
    last_lines: ['a', 'b'],
    at: { seconds: '1700000000', nanos: 1_000_000 },
  },
};

/** What the fake's task 0 has met of errors. */
const errors = {
  total_record_failures: '1',
  total_record_errors: '2',
  total_records_skipped: '3',
  total_retries: '4',
  total_errors_logged: '5',
  deadletterqueue_produce_requests: '6',
  deadletterqueue_produce_failures: '7',
  last_error: { seconds: '1700000000', nanos: 0 },
};

/** Fields that are not their type's default, as JSON shows a message. */
function shown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value !== 'object' || value === null) return value;
  const isPresent = (field: unknown): boolean =>
    !(field === '' || field === false || (Array.isArray(field) && field.length === 0));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, field]) => isPresent(field) && !(name === 'restarts' && field === 0))
      .map(([name, field]) => [name, shown(field)]),
  );
}

async function errorOf(call: Promise<unknown>): Promise<ServiceError> {
  const error: unknown = await call.then(
    () => new Error('The call succeeded'),
    (reason: unknown) => reason,
  );
  assert.ok(isServiceError(error), String(error));
  return error;
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && 'details' in error;
}

describe('the admin server', () => {
  let admin: AdminFixture;

  beforeEach(async () => {
    admin = await AdminFixture.start();
  });
  afterEach(() => admin.close());

  const call = async (path: string, request: object): Promise<unknown> => shown(await admin.client.call(path, request));

  /** What a failed call tells: gRPC status, our code, message, and wrong fields. */
  async function failure(path: string, request: object): Promise<unknown> {
    const error = await errorOf(admin.client.call(path, request));
    const { code, message } = fromGrpcError(error);
    return { status: error.code, code, message };
  }

  async function createLines(): Promise<void> {
    await admin.client.call(`${connectors}/Create`, { name: 'lines', config });
    admin.herder.calls.length = 0;
  }

  describe('connectors', () => {
    test('Create answers the new connector', async () => {
      const response = await call(`${connectors}/Create`, { name: 'lines', config, initial_state: 'PAUSED' });

      assert.deepEqual(response, { connector });
      assert.deepEqual(admin.herder.calls, [
        `createConnector("lines", ${JSON.stringify(Object.entries(config))}, "PAUSED")`,
      ]);
    });

    test('Create leaves the initial state open when it is not said', async () => {
      await call(`${connectors}/Create`, { name: 'lines', config });

      assert.match(admin.herder.calls[0] ?? '', /, null\)$/);
    });

    test('Get answers a connector', async () => {
      await createLines();

      assert.deepEqual(await call(`${connectors}/Get`, { name: 'lines' }), { connector });
    });

    test('List answers the names', async () => {
      await createLines();

      assert.deepEqual(await call(`${connectors}/List`, {}), { names: ['lines'] });
    });

    test('List answers configurations and states where they are asked for', async () => {
      await createLines();

      const both = await call(`${connectors}/List`, { expand: ['INFO', 'STATUS'] });
      const states = await admin.client.call(`${connectors}/List`, { expand: ['STATUS'] });

      assert.match(
        JSON.stringify(both),
        /"names":\["lines"\],"connectors":\[\{"name":"lines".*"statuses":\[\{"name":"lines"/,
      );
      assert.doesNotMatch(JSON.stringify(states), /"connectors":/);
    });

    test('GetConfig answers the configuration', async () => {
      await createLines();

      assert.deepEqual(await call(`${connectors}/GetConfig`, { name: 'lines' }), { config });
    });

    test('PutConfig tells whether it created', async () => {
      const first = await call(`${connectors}/PutConfig`, { name: 'lines', config });
      const second = await call(`${connectors}/PutConfig`, { name: 'lines', config: { ...config, 'tasks.max': '1' } });

      assert.deepEqual(first, { created: true, connector });
      assert.deepEqual(second, { connector: { ...connector, config: { ...config, 'tasks.max': '1' }, tasks: [0] } });
    });

    test('PatchConfig sets and removes keys', async () => {
      await createLines();

      const response = await call(`${connectors}/PatchConfig`, {
        name: 'lines',
        set: { topic: 't' },
        remove: ['tasks.max'],
      });

      const patched = { 'connector.class': 'FileStreamSource', file: '/in', topic: 't' };
      assert.deepEqual(response, { connector: { ...connector, config: patched, tasks: [0] } });
      assert.deepEqual(admin.herder.calls, ['patchConnectorConfig("lines", [["topic","t"],["tasks.max",null]])']);
    });

    test('GetStatus answers states, processes and how a process died; task 0 shows its number', async () => {
      await createLines();

      assert.deepEqual(await call(`${connectors}/GetStatus`, { name: 'lines' }), {
        status: {
          name: 'lines',
          type: 'SOURCE',
          target_state: 'STARTED',
          connector: running,
          tasks: [{ task: 0, ...running, errors }, deadTask],
          unreached_workers: ['gone:8083'],
        },
      });
    });

    test('GetStatus tells why its answer may be out of date', async () => {
      await createLines();
      admin.herder.lostMembership = { sinceMs: 1_700_000_000_250, description: 'It is lost' };

      const answer = await call(`${connectors}/GetStatus`, { name: 'lines' });

      assert.match(
        JSON.stringify(answer),
        /"outage":{"since":{"seconds":"1700000000","nanos":250000000},"description":"It is lost"}/,
      );
    });

    test('ListTasks answers task configurations', async () => {
      await createLines();

      assert.deepEqual(await call(`${connectors}/ListTasks`, { name: 'lines' }), {
        tasks: [
          { task: 0, config: { 'task.class': 'task-0' } },
          { task: 1, config: { 'task.class': 'task-1' } },
        ],
      });
    });

    test('Pause, Resume and Stop set the target state', async () => {
      await createLines();

      for (const method of ['Pause', 'Resume', 'Stop']) await call(`${connectors}/${method}`, { name: 'lines' });

      assert.deepEqual(admin.herder.calls, [
        'setTargetState("lines", "PAUSED")',
        'setTargetState("lines", "STARTED")',
        'setTargetState("lines", "STOPPED")',
      ]);
    });

    test('Restart answers what restarts', async () => {
      await createLines();

      const response = await call(`${connectors}/Restart`, { name: 'lines', include_tasks: true, only_failed: true });

      assert.deepEqual(response, {
        status: {
          name: 'lines',
          type: 'SOURCE',
          target_state: 'STARTED',
          connector: { ...running, state: 'RESTARTING' },
          tasks: [
            { task: 0, ...running, errors, state: 'RESTARTING' },
            { ...deadTask, state: 'RESTARTING' },
          ],
          unreached_workers: ['gone:8083'],
        },
      });
      assert.deepEqual(admin.herder.calls, ['restartConnector("lines", {"includeTasks":true,"onlyFailed":true})']);
    });

    test('RestartTask restarts one task, task 0 included', async () => {
      await createLines();

      assert.deepEqual(await call(`${connectors}/RestartTask`, { name: 'lines', task: 0 }), {});
      assert.deepEqual(admin.herder.calls, ['restartTask({"connector":"lines","task":0})']);
    });

    test('Delete forgets a connector', async () => {
      await createLines();

      assert.deepEqual(await call(`${connectors}/Delete`, { name: 'lines' }), {});
      assert.deepEqual(await call(`${connectors}/List`, {}), {});
    });
  });

  describe('plugins and cluster', () => {
    test('List answers the installed plugins', async () => {
      assert.deepEqual(await call(`${plugins}/List`, {}), {
        plugins: [
          {
            class_name: 'FileStreamSource',
            aliases: ['FileStream'],
            type: 'SOURCE',
            version: '0.1.0',
            location: '/plugins/file-stream',
          },
          { class_name: 'SimpleHeaderConverter', type: 'HEADER_CONVERTER', version: '0.1.0' },
        ],
      });
    });

    const fileKey = {
      name: 'file',
      type: 'STRING',
      required: true,
      importance: 'HIGH',
      documentation: 'Source filename.',
      order_in_group: -1,
      width: 'NONE',
      display_name: 'file',
    };

    test('GetConfig answers the keys of a plugin', async () => {
      const batchKey = { ...fileKey, name: 'batch.size', type: 'INT', default_value: '2000', order_in_group: 2 };

      assert.deepEqual(await call(`${plugins}/GetConfig`, { class_name: 'FileStream' }), {
        keys: [fileKey, shown({ ...batchKey, required: false })],
      });
    });

    test('Validate answers each key, unknown ones without definition', async () => {
      const response = await call(`${plugins}/Validate`, { class_name: 'FileStreamSource', config: { fiel: 'x' } });

      assert.deepEqual(response, {
        error_count: 2,
        groups: ['Common'],
        configs: [
          {
            name: 'file',
            errors: ['Missing required configuration "file" which has no default value.'],
            recommended_values: ['/tmp/in.txt'],
            visible: true,
            definition: fileKey,
          },
          { name: 'fiel', value: 'x', errors: ['Unknown key'], visible: true },
        ],
      });
    });

    test('GetWorker answers what the worker is, zero counts included', async () => {
      assert.deepEqual(await call('millrace.admin.v1.Cluster/GetWorker', {}), {
        worker: {
          version: '0.1.0',
          worker_id: 'localhost:8083',
          mode: 'STANDALONE',
          kafka_cluster_id: 'abc',
          started_at: { seconds: '1700000000', nanos: 250_000_000 },
          connector_count: 0,
          task_count: 0,
          pid: 42,
          ready: true,
        },
      });
    });
  });

  describe('errors', () => {
    test('a connector that does not exist is NOT_FOUND for every call about one', async () => {
      const methods = ['Get', 'GetConfig', 'GetStatus', 'ListTasks', 'Pause', 'Resume', 'Stop', 'Restart', 'Delete'];

      const failures = await Promise.all(methods.map(method => failure(`${connectors}/${method}`, { name: 'x' })));

      const expected = { status: 5, code: 'CONNECTOR_NOT_FOUND', message: "Connector 'x' does not exist" };
      assert.deepEqual(
        failures,
        methods.map(() => expected),
      );
      assert.deepEqual(await failure(`${connectors}/PatchConfig`, { name: 'x', remove: ['k'] }), expected);
      assert.deepEqual(await failure(`${connectors}/RestartTask`, { name: 'x', task: 0 }), expected);
    });

    test('a name that is taken is ALREADY_EXISTS', async () => {
      await createLines();

      assert.deepEqual(await failure(`${connectors}/Create`, { name: 'lines', config }), {
        status: 6,
        code: 'CONNECTOR_EXISTS',
        message: "Connector 'lines' already exists",
      });
    });

    test('an unknown task is NOT_FOUND', async () => {
      await createLines();

      assert.deepEqual(await failure(`${connectors}/RestartTask`, { name: 'lines', task: 7 }), {
        status: 5,
        code: 'TASK_NOT_FOUND',
        message: "Connector 'lines' has no task 7",
      });
    });

    test('an unknown class is INVALID_ARGUMENT and names the known ones', async () => {
      const expected = {
        status: 3,
        code: 'CONNECTOR_CLASS_UNKNOWN',
        message: "No plugin has a connector 'X'; known are FileStreamSource",
      };

      assert.deepEqual(
        await failure(`${connectors}/Create`, { name: 'a', config: { 'connector.class': 'X' } }),
        expected,
      );
      assert.deepEqual(await failure(`${plugins}/GetConfig`, { class_name: 'X' }), expected);
      assert.deepEqual(await failure(`${plugins}/Validate`, { class_name: 'X' }), expected);
    });

    test('a wrong configuration names every wrong key in its details', async () => {
      const request = { name: 'a', config: { 'connector.class': 'FileStreamSource' } };

      const error = fromGrpcError(await errorOf(admin.client.call(`${connectors}/Create`, request)));

      assert.ok(error instanceof ConfigError);
      assert.deepEqual(error.violations, [
        { key: 'file', message: 'Missing required configuration "file" which has no default value.' },
      ]);
    });

    test('a request without what it needs names every missing field', async () => {
      const cases: readonly (readonly [string, object, string])[] = [
        ['Create', {}, "field 'name' must not be empty; field 'config' must not be empty"],
        ['Create', { name: ' ', config }, "field 'name' must not be empty"],
        ['Create', { name: 'a', config, initial_state: 9 }, "field 'initial_state' does not know the value 9"],
        ['PutConfig', { name: 'a' }, "field 'config' must not be empty"],
        ['PatchConfig', { name: 'a' }, "field 'set' must not be empty when 'remove' is"],
        [
          'PatchConfig',
          { name: 'a', set: { k: 'v' }, remove: ['k'] },
          "field 'remove' has keys that are in 'set' too: k",
        ],
        ['RestartTask', { name: 'a' }, "field 'task' must be given"],
        ['Get', {}, "field 'name' must not be empty"],
        ['Pause', {}, "field 'name' must not be empty"],
        ['Restart', {}, "field 'name' must not be empty"],
        ['Delete', {}, "field 'name' must not be empty"],
      ];

      const failures = await Promise.all(cases.map(([method, request]) => failure(`${connectors}/${method}`, request)));

      const expected = cases.map(([, , faults]) => `The request is not valid: ${faults}`);
      assert.deepEqual(
        failures,
        expected.map(message => ({ status: 3, code: 'REQUEST_INVALID', message })),
      );
      assert.deepEqual(admin.herder.calls, []);
    });

    test('what nobody expected is INTERNAL with its message', async () => {
      admin.herder.onWorkerInfo = () => Promise.reject(new TypeError('x is not a function'));

      assert.deepEqual(await failure('millrace.admin.v1.Cluster/GetWorker', {}), {
        status: 13,
        code: 'INTERNAL',
        message: 'x is not a function',
      });
    });
  });

  describe('deadlines', () => {
    test("the caller's deadline ends the call and aborts the work", async () => {
      const aborted = new Promise<unknown>(resolve => {
        admin.herder.onWorkerInfo = signal =>
          new Promise(() => signal.addEventListener('abort', () => resolve(signal.reason), { once: true }));
      });

      admin.herder.stageText = 'The worker is currently reading, which began at 1970-01-01T00:00:00.000Z';

      const error = await errorOf(admin.client.call('millrace.admin.v1.Cluster/GetWorker', {}, { deadlineMs: 5000 }));

      // It comes in time to be read: before the deadline.
      const { code, message, definition } = fromGrpcError(error);
      assert.deepEqual(
        { code, message, status: definition.grpc },
        { code: 'DEADLINE_EXCEEDED', message: `Request timed out. ${admin.herder.stageText}`, status: 4 },
      );
      assert.equal(String(await aborted), `ConnectError: ${message}`);
    });

    test('what the work itself says of its delay is told', async () => {
      admin.herder.onWorkerInfo = signal =>
        new Promise((_, reject) => {
          const better = new ConnectError('DEADLINE_EXCEEDED', 'Request timed out. The plugin does not answer');
          signal.addEventListener('abort', () => reject(better), { once: true });
        });

      const error = await errorOf(admin.client.call('millrace.admin.v1.Cluster/GetWorker', {}, { deadlineMs: 5000 }));

      assert.equal(fromGrpcError(error).message, 'Request timed out. The plugin does not answer');
    });

    test('work is not aborted while its call has time', async () => {
      await admin.client.call(`${connectors}/List`, {});

      assert.equal(admin.herder.lastSignal?.aborted, false);
    });
  });

  describe('reflection', () => {
    test('lists the services', async () => {
      assert.deepEqual((await admin.client.listServices()).toSorted(), [
        'grpc.health.v1.Health',
        'millrace.admin.v1.Cluster',
        'millrace.admin.v1.Connectors',
        'millrace.admin.v1.Offsets',
        'millrace.admin.v1.Plugins',
      ]);
    });

    test('knows the messages that errors carry in their details', async () => {
      for (const name of ['google.rpc.ErrorInfo', 'google.rpc.BadRequest', 'google.rpc.RetryInfo']) {
        const [file] = await admin.client.filesOf(name);

        assert.ok(file?.toString().includes('google/rpc/error_details.proto'), name);
      }
    });

    test('carries the comments of the proto files', async () => {
      const files = await admin.client.filesOf('millrace.admin.v1.Connectors');

      const text = Buffer.concat(files).toString();
      assert.ok(text.includes('Stops the flow of records; the tasks stay.'));
      assert.ok(text.includes('Worker that runs it, `host:port`.'));
    });
  });
});
