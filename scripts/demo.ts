/**
 * `npm run demo`: real lines go from a file through a source plugin, the worker and Kafka into a sink plugin and another file; the
 * two files are then compared byte by byte. Leaves nothing running and nothing behind.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '../src/async/clock.ts';
import { startDevelopmentBroker } from '../src/cli/broker/development-broker.ts';
import { createStopSignal } from '../src/cli/stop-request.ts';
import { packageRoot } from '../src/config/package-root.ts';
import { messageOf } from '../src/errors/connect-error.ts';
import { probeBroker } from '../src/kafka/broker-probe.ts';
import { DemoTopic } from './demo-topic.ts';
import { pollUntil } from './poll-until.ts';
import { readProcessTree, type TreeEntry } from './process-tree.ts';
import { WorkerProcess } from './worker-process.ts';

const dataSet = {
  package: 'vega-datasets',
  file: 'data/birdstrikes.csv',
  source: 'FAA Wildlife Strike Database, a work of the U.S. government (public domain)',
};
const kafkaPort = 9092;
const recordsShown = 3;
const commandCharsMax = 110;
const arrivalTimeoutMs = 45_000;

const clock = new SystemClock();
const signal = createStopSignal({ stdin: false });
const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const folder = await mkdtemp(join(tmpdir(), 'millrace-demo-'));
const input = join(folder, 'input.csv');
const output = join(folder, 'output.csv');
try {
  print(`Input: ${dataSet.file} of the npm package ${dataSet.package}; ${dataSet.source}`);
  const lines = await prepareInput();
  process.exitCode = (await runDemo(lines)) ? 0 : 1;
} catch (error) {
  print(`demo: ${messageOf(error)}`);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

/**
 * Copies the data set with `\n` line ends, the last line too: a file source takes a line when its end is there, and leaves the
 * `\r` of a `\r\n` away.
 *
 * @returns number of lines.
 */
async function prepareInput(): Promise<number> {
  const text = await readFile(join(packageRoot(), 'node_modules', dataSet.package, dataSet.file), 'utf8');
  const lines = text.trimEnd().split(/\r?\n/);
  await writeFile(input, lines.map(line => `${line}\n`).join(''));
  return lines.length;
}

/** @returns whether the two files are the same. */
async function runDemo(lines: number): Promise<boolean> {
  const isListening = (await probeBroker({ host: '127.0.0.1', port: kafkaPort, timeoutMs: 2000 })) !== undefined;
  const port = isListening ? kafkaPort : 0;
  const broker = await startDevelopmentBroker({
    clock,
    signal,
    port,
    heap: '512m',
    autoCreateTopics: true,
    report: print,
  });
  try {
    print(`Broker: ${broker.description}`);
    const topic = await DemoTopic.create(broker.bootstrapServers, `millrace-demo-${randomUUID().slice(0, 8)}`);
    try {
      return await moveLines(topic, lines);
    } finally {
      await topic.delete();
    }
  } finally {
    await broker.stop();
  }
}

async function moveLines(topic: DemoTopic, lines: number): Promise<boolean> {
  const worker = await startWorker(topic);
  try {
    await awaitOutput(worker, lines);
    print('Processes:');
    for (const entry of await readProcessTree(worker.pid)) print(renderProcess(entry));
    print(`Records in topic ${topic.name}:`);
    for (const { offset, value } of await topic.read(recordsShown)) print(`  offset ${offset}: ${value}`);
  } catch (error) {
    throw await worker.explain(error);
  } finally {
    print(`Worker stopped: ${await worker.stop()}`);
  }
  return compareFiles();
}

function renderProcess({ depth, pid, residentKib, command }: TreeEntry): string {
  const short = command.replaceAll(`${packageRoot()}/`, '').replaceAll(`${folder}/`, '').replaceAll(/\s+/g, ' ');
  return `  ${'  '.repeat(depth)}${pid}  ${Math.round(residentKib / 1024)} MiB  ${short.slice(0, commandCharsMax)}`;
}

/** A standalone worker with both connectors, on Kafka Connect's own kind of files. */
async function startWorker(topic: DemoTopic): Promise<WorkerProcess> {
  const converter = 'org.apache.kafka.connect.storage.StringConverter';
  const worker = await writeProperties('worker', {
    'bootstrap.servers': topic.bootstrapServers,
    'key.converter': converter,
    'value.converter': converter,
    'offset.storage.file.filename': join(folder, 'offsets'),
    'plugin.path': join(packageRoot(), 'dist', 'plugins', 'typescript'),
    'grpc.listeners': 'http://127.0.0.1:0',
  });
  const source = await writeProperties('source', {
    name: `${topic.name}-source`,
    'connector.class': 'FileStreamSource',
    'tasks.max': '1',
    file: input,
    topic: topic.name,
  });
  const sink = await writeProperties('sink', {
    name: `${topic.name}-sink`,
    'connector.class': 'FileStreamSink',
    'tasks.max': '1',
    file: output,
    topics: topic.name,
  });
  const program = join(packageRoot(), 'dist', 'src', 'cli', 'millrace.js');
  print('Worker: millrace standalone worker.properties source.properties sink.properties');
  const args = [program, 'standalone', worker, source, sink];
  return new WorkerProcess(clock, {
    name: 'the worker',
    program: process.execPath,
    args,
    logFile: join(folder, 'worker.log'),
  });
}

async function writeProperties(name: string, properties: Readonly<Record<string, string>>): Promise<string> {
  const file = join(folder, `${name}.properties`);
  await writeFile(
    file,
    Object.entries(properties)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  return file;
}

async function awaitOutput(worker: WorkerProcess, lines: number): Promise<void> {
  const wait = { what: `${lines} lines in the sink's file`, timeoutMs: arrivalTimeoutMs, intervalMs: 100 };
  await pollUntil(clock, wait, async () => {
    signal.throwIfAborted();
    worker.assertRunning();
    return (await countOutputLines()) >= lines ? true : undefined;
  });
}

async function compareFiles(): Promise<boolean> {
  const [bytesIn, bytesOut] = await Promise.all([readFile(input), readFile(output)]);
  print(`sha256 in:  ${digestOf(bytesIn)}`);
  print(`sha256 out: ${digestOf(bytesOut)}`);
  const isSame = bytesIn.equals(bytesOut);
  const words = isSame ? 'identical' : 'different';
  print(`demo: ${countLines(bytesIn)} lines in, ${countLines(bytesOut)} lines out, ${words}`);
  return isSame;
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function countLines(bytes: Buffer): number {
  return bytes.filter(byte => byte === 0x0a).length;
}

/** Lines of the sink's file; 0 while it is not there. */
async function countOutputLines(): Promise<number> {
  try {
    return countLines(await readFile(output));
  } catch {
    return 0;
  }
}
