import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { testBootstrap } from '../../support/broker.ts';
import { uniqueName } from '../../support/fill-topic.ts';
import { KafkaProbe } from '../../support/kafka-probe.ts';
import { appendLines, awaitLines, makeLines, writeLines } from '../../support/line-files.ts';
import { StandaloneFixture } from '../../support/standalone-fixture.ts';
import type { StandaloneWorker } from '../../support/standalone-worker.ts';

const oddText =
  'plain\n\n  spaces  \ntab\there\nümlaut 漢字 🎈\n"quoted", {"a":1}\n' + `${'x'.repeat(300_000)}\nlast\n`;

describe('standalone worker', () => {
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

  test('copies a file through a topic into another file byte by byte', async () => {
    const topic = uniqueName('flow');
    const [input, output] = [fixture.folder.file(`${topic}.in`), fixture.folder.file(`${topic}.out`)];
    const lines = makeLines(20_000);
    await writeLines(input, lines);

    await worker.create(`${topic}-source`, { 'connector.class': 'FileStreamSource', file: input, topic });
    await worker.create(`${topic}-sink`, { 'connector.class': 'FileStreamSink', file: output, topics: topic });
    await awaitLines(output, lines.length);

    assert.equal(await readFile(output, 'utf8'), await readFile(input, 'utf8'));
    assert.equal(await kafka.count(topic), lines.length);
  });

  test('keeps empty, long and non-ASCII lines as they are', async () => {
    const topic = uniqueName('flow-odd');
    const [input, output] = [fixture.folder.file(`${topic}.in`), fixture.folder.file(`${topic}.out`)];
    await writeFile(input, oddText);

    await worker.create(`${topic}-source`, { 'connector.class': 'FileStreamSource', file: input, topic });
    await worker.create(`${topic}-sink`, { 'connector.class': 'FileStreamSink', file: output, topics: topic });
    await awaitLines(output, 8);

    assert.equal(await readFile(output, 'utf8'), oddText);
  });

  test('writes records with a null key and no headers for lines of a file', async () => {
    const topic = uniqueName('flow-key');
    const input = fixture.folder.file(`${topic}.in`);
    await writeLines(input, ['a', 'b']);

    await worker.create(topic, { 'connector.class': 'FileStreamSource', file: input, topic });
    await kafka.awaitCount(topic, 2);

    const records = (await kafka.read(topic)).map(({ message }) => ({
      key: message.key,
      value: message.value?.toString(),
      headers: message.headers,
    }));
    assert.deepEqual(records, [
      { key: null, value: 'a', headers: {} },
      { key: null, value: 'b', headers: {} },
    ]);
  });

  test('follows a file that grows, and one that is not there yet', async () => {
    const topic = uniqueName('flow-grow');
    const input = fixture.folder.file(`${topic}.in`);
    await worker.create(topic, { 'connector.class': 'FileStreamSource', file: input, topic });
    await worker.awaitRunning(topic);

    await writeLines(input, ['one']);
    await kafka.awaitCount(topic, 1);
    await appendLines(input, ['two', 'three']);
    await kafka.awaitCount(topic, 3);

    assert.deepEqual(await kafka.values(topic), ['one', 'two', 'three']);
  });

  test('makes as many records with datagen as it is told, by all tasks together, and no more', async () => {
    const topic = uniqueName('flow-datagen');
    await kafka.create(topic, 3);

    await worker.create(topic, { 'connector.class': 'Datagen', topic, rate: '0', count: '1001', 'tasks.max': '3' });
    await kafka.awaitCount(topic, 1001);
    await worker.awaitRunning(topic, 3);

    const made = [334, 334, 333].flatMap((share, task) => Array.from({ length: share }, (_, n) => `${task}-${n}`));
    assert.deepEqual((await kafka.values(topic)).toSorted(), made.toSorted());
  });

  test('resumes a counted datagen where a restart of its task left it', async () => {
    const topic = uniqueName('flow-resume');
    await worker.create(topic, { 'connector.class': 'Datagen', topic, rate: '400', count: '600' });
    await kafka.awaitCount(topic, 100);

    await worker.call('Connectors/RestartTask', { name: topic, task: 0 });
    await kafka.awaitCount(topic, 600);

    assert.deepEqual(
      await kafka.values(topic),
      Array.from({ length: 600 }, (_, n) => `0-${n}`),
    );
  });

  test('creates the connectors of properties and JSON files at its start, in the states that they ask for', async t => {
    const own = await StandaloneFixture.open(t);
    const topic = uniqueName('flow-files');
    const [input, output] = [own.folder.file('in'), own.folder.file('out')];
    await writeLines(input, ['from', 'files']);
    const source = { name: `${topic}-source`, 'connector.class': 'FileStreamSource', file: input, topic };
    const sink = { name: `${topic}-sink`, 'connector.class': 'FileStreamSink', file: output, topics: topic };
    const paused = { name: `${topic}-paused`, config: { ...source, name: `${topic}-paused` }, initial_state: 'PAUSED' };
    await writeFile(own.folder.file('sink.json'), JSON.stringify(sink));
    await writeFile(own.folder.file('paused.json'), JSON.stringify(paused));

    const started = await own.start({
      connectors: [
        await own.folder.properties('source.properties', source),
        own.folder.file('sink.json'),
        own.folder.file('paused.json'),
      ],
    });
    await awaitLines(output, 2);

    assert.equal(await readFile(output, 'utf8'), 'from\nfiles\n');
    assert.equal((await started.status(`${topic}-paused`)).connector.state, 'PAUSED');
    assert.equal(await kafka.count(topic), 2);
  });

  test('goes on after a restart of the worker where it was, in the source and in the sink', async t => {
    const own = await StandaloneFixture.open(t);
    const topic = uniqueName('flow-again');
    const [input, output] = [own.folder.file('in'), own.folder.file('out')];
    const lines = makeLines(3000);
    await writeLines(input, lines.slice(0, 2000));
    const connectors = [
      await own.folder.properties('source.properties', {
        name: `${topic}-source`,
        'connector.class': 'FileStreamSource',
        file: input,
        topic,
      }),
      await own.folder.properties('sink.properties', {
        name: `${topic}-sink`,
        'connector.class': 'FileStreamSink',
        file: output,
        topics: topic,
      }),
    ];
    const first = await own.start({ connectors });
    await awaitLines(output, 2000);
    assert.deepEqual(await first.stop(), { code: 0, signal: null });
    await appendLines(input, lines.slice(2000));

    const second = await own.start({ connectors });
    await awaitLines(output, 3000);
    await kafka.awaitCommitted(`connect-${topic}-sink`, topic, 3000);
    await second.stop();

    assert.equal(await readFile(output, 'utf8'), await readFile(input, 'utf8'));
    assert.equal(await kafka.count(topic), 3000);
  });
});
