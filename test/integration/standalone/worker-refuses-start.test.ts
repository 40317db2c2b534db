import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { readProcessTree } from '../../../scripts/process-tree.ts';
import { SystemClock } from '../../../src/async/clock.ts';
import { uniqueName } from '../../support/fill-topic.ts';
import { StandaloneFixture, untilTrue, type WorkerStart } from '../../support/standalone-fixture.ts';
import { StandaloneWorker } from '../../support/standalone-worker.ts';

/** Starts a worker that must end by itself. @returns what it said last. */
async function refusedStart(fixture: StandaloneFixture, start: WorkerStart = {}): Promise<string> {
  return lastWords(await fixture.spawn(start));
}

/** What a worker says that ends by itself; a worker that does not is killed after a while. */
async function lastWords(worker: StandaloneWorker): Promise<string> {
  const timer = new SystemClock().after(20_000, () => worker.kill('SIGKILL'));
  const exit = await worker.exited;
  timer.cancel();
  assert.deepEqual(exit, { code: 1, signal: null }, worker.lines.join('\n'));
  return worker.lines.filter(line => !line.startsWith('{')).join('\n');
}

async function listen(t: TestContext): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

describe('standalone worker refuses to start', () => {
  for (const { what, bytes } of [
    { what: 'torn', bytes: Buffer.from('aced0005737200116a6176612e7574696c2e486173684d6170', 'hex') },
    { what: 'foreign', bytes: Buffer.from('{"an":"offset"}') },
    { what: 'empty', bytes: Buffer.alloc(0) },
  ]) {
    test(`on an offsets file that is ${what}, and leaves it alone`, async t => {
      const fixture = await StandaloneFixture.open(t);
      const path = fixture.folder.file('offsets');
      await writeFile(path, bytes);

      const said = await refusedStart(fixture);

      assert.match(said, /^OFFSET_FILE_INVALID: /);
      assert.ok(said.includes(path), said);
      assert.deepEqual(await readFile(path), bytes);
    });
  }

  test('on an offsets file whose end is cut off', async t => {
    const fixture = await StandaloneFixture.open(t);
    const name = uniqueName('refuse-cut');
    const path = fixture.folder.file('offsets');
    const worker = await fixture.start();
    await worker.create(name, { 'connector.class': 'Datagen', topic: name, rate: '0', count: '10' });
    await untilTrue('offsets are written', async () =>
      (await readFile(path, 'latin1').catch(() => '')).includes('"count":10'),
    );
    await worker.stop();
    const whole = await readFile(path);
    await writeFile(path, whole.subarray(0, whole.length - 3));

    const said = await refusedStart(fixture);

    assert.match(said, /^OFFSET_FILE_INVALID: /);
  });

  test('while another worker uses its offsets file, which goes on', async t => {
    const fixture = await StandaloneFixture.open(t);
    const name = uniqueName('refuse-locked');
    const first = await fixture.start();

    const said = await refusedStart(fixture);
    await first.create(name, { 'connector.class': 'Datagen', topic: name });
    await first.awaitRunning(name);

    assert.match(said, /^OFFSET_FILE_LOCKED: /);
    assert.ok(said.includes(String(first.pid)), `names the worker's process: ${said}`);
  });

  test('starts again at once after a worker that was killed on the same offsets file', async t => {
    const fixture = await StandaloneFixture.open(t);
    const first = await fixture.start();
    first.kill('SIGKILL');
    await first.exited;

    const second = await fixture.start();

    assert.deepEqual(await second.stop(), { code: 0, signal: null });
  });

  test('when its gRPC port is taken', async t => {
    const fixture = await StandaloneFixture.open(t);
    const port = await listen(t);

    const said = await refusedStart(fixture, { settings: { 'grpc.listeners': `http://127.0.0.1:${port}` } });

    assert.match(said, /^LISTENER_UNAVAILABLE: /m);
    assert.ok(said.includes(String(port)), said);
  });

  for (const { what, settings, parts } of [
    {
      what: 'a wrong value',
      settings: { 'offset.flush.interval.ms': 'soon' },
      parts: ['offset.flush.interval.ms', 'soon'],
    },
    {
      what: 'an unknown converter',
      settings: { 'key.converter': 'org.example.None' },
      parts: ['key converter', 'org.example.None'],
    },
    { what: 'a wrong listener', settings: { 'grpc.listeners': 'ftp://x' }, parts: ['grpc.listeners', 'ftp://x'] },
  ]) {
    test(`on a worker file with ${what}, naming key and value`, async t => {
      const said = await refusedStart(await StandaloneFixture.open(t), { settings });

      assert.match(said, /^CONFIG_INVALID: /);
      for (const part of parts) assert.ok(said.includes(part), `${part} in ${said}`);
    });
  }

  test('on a worker file without a required key', async t => {
    const fixture = await StandaloneFixture.open(t);
    const path = await fixture.folder.properties('worker.properties', { 'bootstrap.servers': fixture.bootstrap });

    const said = await lastWords(StandaloneWorker.spawn([path]));

    assert.match(said, /CONFIG_INVALID: .*Missing required configuration "key\.converter"/s);
  });

  for (const what of ['worker', 'connector'] as const) {
    test(`on a ${what} file that is not there, and on one that is a folder`, async t => {
      const fixture = await StandaloneFixture.open(t);
      const folder = fixture.folder.file('folder.properties');
      await mkdir(folder);
      const [worker = ''] = await fixture.args({});

      for (const path of [fixture.folder.file('absent.properties'), folder]) {
        const said = await lastWords(StandaloneWorker.spawn(what === 'worker' ? [path] : [worker, path]));

        assert.match(said, /^CONFIG_FILE_UNREADABLE: /);
        assert.ok(said.includes(path), said);
      }
    });
  }

  test('when a connector file is wrong, stopping what it had started before', async t => {
    const fixture = await StandaloneFixture.open(t);
    const name = uniqueName('refuse-connector');
    const good = await fixture.folder.properties('good.properties', {
      name,
      'connector.class': 'Datagen',
      topic: name,
    });
    const bad = await fixture.folder.properties('bad.properties', {
      name: `${name}-bad`,
      'connector.class': 'Datagen',
      topic: name,
      rate: 'fast',
    });
    const worker = await fixture.spawn({ connectors: [good, bad] });

    const said = await lastWords(worker);
    const left = await readProcessTree(worker.pid);

    assert.match(said, /CONFIG_INVALID: .*Invalid value fast for configuration rate/s);
    assert.deepEqual(left, []);
  });
});
