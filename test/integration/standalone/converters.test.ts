import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import kafkajs, { type Producer } from 'kafkajs';
import { testBootstrap } from '../../support/broker.ts';
import { uniqueName } from '../../support/fill-topic.ts';
import { KafkaProbe } from '../../support/kafka-probe.ts';
import { awaitLines, writeLines } from '../../support/line-files.ts';
import { StandaloneFixture } from '../../support/standalone-fixture.ts';
import type { Settings, StandaloneWorker } from '../../support/standalone-worker.ts';

const json = 'org.apache.kafka.connect.json.JsonConverter';
const string = 'org.apache.kafka.connect.storage.StringConverter';
const bytes = 'org.apache.kafka.connect.converters.ByteArrayConverter';

/** Converter settings of a connector, for keys and values. */
function converter(name: string, more: Settings = {}): Settings {
  const entries = ['key', 'value'].flatMap((side): [string, string][] => [
    [`${side}.converter`, name],
    ...Object.entries(more).map(([key, value]): [string, string] => [`${side}.converter.${key}`, value]),
  ]);
  return Object.fromEntries<string>(entries);
}

describe('converters of a standalone worker', () => {
  let fixture: StandaloneFixture;
  let worker: StandaloneWorker;
  let kafka: KafkaProbe;
  let producer: Producer;

  before(async () => {
    fixture = await StandaloneFixture.create();
    kafka = await KafkaProbe.connect(testBootstrap());
    worker = await fixture.start();
    producer = new kafkajs.Kafka({ brokers: [testBootstrap()], logLevel: kafkajs.logLevel.NOTHING }).producer();
    await producer.connect();
  });
  after(async () => {
    await producer.disconnect();
    await kafka.close();
    await fixture.close();
  });

  /** Sends lines through a file source with these settings, and gives the keys and values that are in the topic then. */
  async function sourceRecords(
    settings: Settings,
    lines: readonly string[],
  ): Promise<readonly (string | undefined)[][]> {
    const topic = uniqueName('convert');
    const input = fixture.folder.file(topic);
    await writeLines(input, lines);
    await worker.create(topic, { 'connector.class': 'FileStreamSource', file: input, topic, ...settings });
    await kafka.awaitCount(topic, lines.length);
    return (await kafka.read(topic)).map(({ message }) => [message.key?.toString(), message.value?.toString()]);
  }

  /** Values of records that a file sink with these settings wrote, as lines. */
  async function sinkLines(settings: Settings, values: readonly (string | null)[]): Promise<string> {
    const topic = uniqueName('convert');
    const output = fixture.folder.file(topic);
    await kafka.create(topic, 1);
    await producer.send({ topic, messages: values.map(value => ({ key: null, value })) });
    await worker.create(topic, { 'connector.class': 'FileStreamSink', file: output, topics: topic, ...settings });
    await awaitLines(output, values.length);
    return readFile(output, 'utf8');
  }

  test('write lines with their schema when JsonConverter has schemas enabled', async () => {
    const records = await sourceRecords(converter(json, { 'schemas.enable': 'true' }), ['plain', 'a "quote" \\ ü']);

    assert.deepEqual(records, [
      [undefined, '{"schema":{"type":"string","optional":false},"payload":"plain"}'],
      [undefined, '{"schema":{"type":"string","optional":false},"payload":"a \\"quote\\" \\\\ ü"}'],
    ]);
  });

  test('write lines as JSON strings when JsonConverter has schemas disabled', async () => {
    const records = await sourceRecords(converter(json, { 'schemas.enable': 'false' }), ['plain', '{"a":1}', '']);

    assert.deepEqual(records, [
      [undefined, '"plain"'],
      [undefined, '"{\\"a\\":1}"'],
      [undefined, '""'],
    ]);
  });

  test('take the text out of JSON with a schema', async () => {
    const wrap = (payload: string): string => `{"schema":{"type":"string","optional":false},"payload":"${payload}"}`;

    const written = await sinkLines(converter(json, { 'schemas.enable': 'true' }), [wrap('one'), wrap('two \\u00fc')]);

    assert.equal(written, 'one\ntwo ü\n');
  });

  test('take the text out of JSON strings without schema', async () => {
    const written = await sinkLines(converter(json, { 'schemas.enable': 'false' }), ['"one"', '"two \\" n"']);

    assert.equal(written, 'one\ntwo " n\n');
  });

  test('bring a file through JSON with schemas into the same file', async () => {
    const topic = uniqueName('convert-round');
    const [input, output] = [fixture.folder.file(`${topic}.in`), fixture.folder.file(`${topic}.out`)];
    await writeLines(input, ['one', '', ' "two" \\', 'ünü 🎈', '{"three":3}']);
    const settings = converter(json, { 'schemas.enable': 'true' });

    await worker.create(`${topic}-source`, { 'connector.class': 'FileStreamSource', file: input, topic, ...settings });
    await worker.create(`${topic}-sink`, {
      'connector.class': 'FileStreamSink',
      file: output,
      topics: topic,
      ...settings,
    });
    await awaitLines(output, 5);

    assert.equal(await readFile(output, 'utf8'), await readFile(input, 'utf8'));
  });

  test('write a null value as the line null, as Java prints it', async () => {
    assert.equal(await sinkLines(converter(string), ['a', null, '']), 'a\nnull\n\n');
  });

  test('bring bytes as they are with ByteArrayConverter', async () => {
    assert.equal(await sinkLines(converter(bytes), ['raw', '"raw"']), 'raw\n"raw"\n');
  });

  test('fail the task of a sink at a value that is not what they read, with topic, partition and offset', async () => {
    const topic = uniqueName('convert-bad');
    await kafka.create(topic, 1);
    await producer.send({ topic, messages: [{ value: '"fine"' }, { value: 'no { JSON' }] });

    await worker.create(topic, {
      'connector.class': 'FileStreamSink',
      file: fixture.folder.file(topic),
      topics: topic,
      ...converter(json, { 'schemas.enable': 'false' }),
    });
    const status = await worker.awaitStatus(topic, 'has failed', ({ tasks }) => tasks[0]?.state === 'FAILED');

    assert.match(
      status.tasks[0]?.trace ?? '',
      new RegExp(`record at offset 1 of '${topic}-0' failed at stage VALUE_CONVERTER`),
    );
    assert.equal(status.connector.state, 'RUNNING');
  });
});
