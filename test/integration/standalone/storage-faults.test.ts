import assert from 'node:assert/strict';
import { mkdir, rmdir } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { testBootstrap } from '../../support/broker.ts';
import { fillTopic, uniqueName } from '../../support/fill-topic.ts';
import { KafkaProbe } from '../../support/kafka-probe.ts';
import { awaitLines, writeLines } from '../../support/line-files.ts';
import { StandaloneFixture } from '../../support/standalone-fixture.ts';
import type { StandaloneWorker } from '../../support/standalone-worker.ts';

describe('task of a standalone worker', () => {
  let fixture: StandaloneFixture;
  let worker: StandaloneWorker;
  let kafka: KafkaProbe;

  before(async () => {
    fixture = await StandaloneFixture.create();
    kafka = await KafkaProbe.connect(testBootstrap());
    worker = await fixture.start();
  });
  after(async () => {
    await kafka.close();
    await fixture.close();
  });

  test('fails when its source file cannot be read, and reads it once it can and the task is restarted', async () => {
    const name = uniqueName('fault-source');
    const file = fixture.folder.file(name);
    await mkdir(file);
    await worker.create(name, { 'connector.class': 'FileStreamSource', file, topic: name });

    const trace = await worker.awaitFailed(name);
    const { connector, tasks } = await worker.status(name);
    await rmdir(file);
    await writeLines(file, ['mended']);
    await worker.call('Connectors/RestartTask', { name, task: 0 });
    await kafka.awaitCount(name, 1);

    assert.match(trace, new RegExp(`'${file}'.*it is a directory`));
    assert.equal(connector.state, 'RUNNING');
    assert.equal(tasks[0]?.restarts ?? 0, 0);
    assert.deepEqual(await kafka.values(name), ['mended']);
  });

  test("fails when its sink's disk is full, and delivers everything once it has another", async () => {
    const name = uniqueName('fault-sink');
    const output = fixture.folder.file(name);
    await kafka.create(name, 1);
    await fillTopic(testBootstrap(), { topic: name, partitions: 1, recordsEach: 100 });
    const config = { 'connector.class': 'FileStreamSink', topics: name };
    await worker.create(name, { ...config, file: '/dev/full' });

    const trace = await worker.awaitFailed(name);
    const committed = await kafka.committed(`connect-${name}`, name);
    await worker.call('Connectors/PutConfig', { name, config: { ...config, file: output } });
    const lines = await awaitLines(output, 100);

    assert.match(trace, /'\/dev\/full' cannot be written: no space is left on the device/);
    assert.equal(committed, 0);
    assert.deepEqual(
      lines,
      Array.from({ length: 100 }, (_, n) => String(n)),
    );
  });

  test('tries again by itself what may pass, when task.restart.policy is transient', async () => {
    const name = uniqueName('fault-transient');
    await kafka.create(name, 1);
    await fillTopic(testBootstrap(), { topic: name, partitions: 1, recordsEach: 1 });
    await worker.create(name, {
      'connector.class': 'FileStreamSink',
      topics: name,
      file: '/dev/full',
      'task.restart.policy': 'transient',
    });

    const status = await worker.awaitStatus(name, 'was restarted twice', ({ tasks }) => (tasks[0]?.restarts ?? 0) >= 2);

    assert.notEqual(status.tasks[0]?.state, 'FAILED');
    assert.match(status.tasks[0]?.trace ?? '', /no space is left on the device|^$/);
  });

  test('fails when the folder of its output file is not there', async () => {
    const name = uniqueName('fault-folder');
    await worker.create(name, {
      'connector.class': 'FileStreamSink',
      topics: name,
      file: fixture.folder.file('absent/out'),
    });

    const trace = await worker.awaitFailed(name);

    assert.match(trace, /absent\/out' for FileStreamSinkTask: its folder does not exist/);
  });

  test('leaves its group when it has failed, so that its partitions are read by others', async () => {
    const name = uniqueName('fault-group');
    await kafka.create(name, 1);
    await fillTopic(testBootstrap(), { topic: name, partitions: 1, recordsEach: 1 });
    await worker.create(name, { 'connector.class': 'FileStreamSink', topics: name, file: '/dev/full' });

    await worker.awaitFailed(name);
    const members = await kafka.awaitMembers(`connect-${name}`, 0);

    assert.deepEqual(members, []);
  });
});
