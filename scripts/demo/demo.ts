/**
 * `npm run demo`: three workers share a source and a sink through Kafka; the worker that leads is killed while lines flow, then a
 * plugin process; in the end what came out is compared with what went in. Leaves nothing running and nothing behind.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { SystemClock } from '../../src/async/clock.ts';
import { startDevelopmentBroker } from '../../src/cli/broker/development-broker.ts';
import { createStopSignal } from '../../src/cli/stop-request.ts';
import { messageOf } from '../../src/errors/connect-error.ts';
import { probeBroker } from '../../src/kafka/broker-probe.ts';
import { readLines } from '../../test/support/line-files.ts';
import { birdstrikes, writeBirdstrikes } from './birdstrikes.ts';
import { areSameSets, compareLines, type Comparison } from './comparison.ts';
import { startWorkers, type DemoWorker } from './demo-cluster.ts';
import { DemoKafka } from './demo-kafka.ts';
import { Narrator, readable } from './narrator.ts';
import type { Stage } from './stage.ts';
import { play, type Outcome } from './story.ts';

const kafkaPort = 9092;
const workerCount = 3;

const flags = new Command('demo')
  .description('A cluster of three workers that loses its leader and a plugin process, and no line')
  .option('--bootstrap <server>', 'a Kafka that runs; without, the one on 127.0.0.1:9092, or one that is started')
  .option('--lines <count>', 'lines that are moved', '10000')
  .parse()
  .opts<{ readonly bootstrap?: string; readonly lines: string }>();

const clock = new SystemClock();
const signal = createStopSignal({ stdin: false });
const narrator = new Narrator(clock);
const name = `millrace-demo-${randomUUID().slice(0, 8)}`;
const folder = await mkdtemp(join(tmpdir(), `${name}-`));
try {
  process.exitCode = (await runWithBroker()) ? 0 : 1;
} catch (error) {
  narrator.print(`demo: ${messageOf(error)}`);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function runWithBroker(): Promise<boolean> {
  if (flags.bootstrap !== undefined) return runWithKafka(flags.bootstrap);
  const isListening = (await probeBroker({ host: '127.0.0.1', port: kafkaPort, timeoutMs: 2000 })) !== undefined;
  if (!isListening) narrator.tell('Kafka', `None listens on 127.0.0.1:${kafkaPort}, so one is started`);
  const broker = await startDevelopmentBroker({
    clock,
    signal,
    port: isListening ? kafkaPort : 0,
    heap: '512m',
    autoCreateTopics: true,
    report: line => narrator.tell('Kafka', line),
  });
  try {
    narrator.tell('Kafka', broker.description);
    return await runWithKafka(broker.bootstrapServers);
  } finally {
    await broker.stop();
  }
}

async function runWithKafka(bootstrapServers: string): Promise<boolean> {
  const kafka = await DemoKafka.connect(bootstrapServers, name);
  try {
    return await runCluster(kafka);
  } finally {
    await kafka.deleteAll();
    await kafka.disconnect();
  }
}

async function runCluster(kafka: DemoKafka): Promise<boolean> {
  const input = join(folder, 'input.csv');
  const output = join(folder, 'output.csv');
  const lines = await writeBirdstrikes(input, Number(flags.lines));
  narrator.tell('Input', `${readable(lines.length)} lines of ${birdstrikes}`);
  const workers = await startWorkers(clock, {
    count: workerCount,
    folder,
    name,
    bootstrapServers: kafka.bootstrapServers,
  });
  const connectors = { source: `${name}-source`, sink: `${name}-sink` };
  const stage: Stage = { clock, signal, narrator, kafka, connectors, lines, input, output };
  let outcome: Outcome;
  try {
    tellWorkers(workers);
    outcome = await play(stage, workers);
  } catch (error) {
    throw explain(error, workers);
  } finally {
    await Promise.all(workers.map(worker => worker.process.stop()));
  }
  const produced = await kafka.countRecords();
  return tellResult(outcome, compareLines(lines, await readLines(output)), produced);
}

function tellWorkers(workers: readonly DemoWorker[]): void {
  const rows = workers.map(
    worker =>
      `${worker.name}  pid ${worker.process.pid}  gRPC ${worker.address}  ready after ${Math.round(worker.startMs)} ms`,
  );
  narrator.tell('Workers', rows.join('\n'));
}

/** @returns whether all went as it should. */
function tellResult(outcome: Outcome, comparison: Comparison, produced: number): boolean {
  const { linesIn, linesOut, missing, foreign, duplicates } = comparison;
  const isSame = areSameSets(comparison);
  narrator.print('');
  narrator.print(`worker that led killed:  all tasks run again after ${readable(outcome.failoverMs)} ms`);
  const words = outcome.isGenerationKept ? 'without a rebalance' : 'but the group rebalanced';
  narrator.print(`plugin process killed:   its task runs again after ${readable(outcome.replacementMs)} ms, ${words}`);
  narrator.print(`records in Kafka:        ${readable(produced)}`);
  narrator.print(
    `demo: ${readable(linesIn)} lines in, ${readable(linesOut)} lines out, ${isSame ? 'identical' : 'different'} as sets ` +
      `(${missing} missing, ${foreign} foreign, ${readable(duplicates)} duplicates)`,
  );
  return isSame && outcome.isGenerationKept;
}

/** What went wrong, with the last log lines of every worker. */
function explain(error: unknown, workers: readonly DemoWorker[]): Error {
  const logs = workers.map(worker => `The log of ${worker.name} ends:\n${worker.process.lines.slice(-15).join('\n')}`);
  return new Error([messageOf(error), ...logs].join('\n'), { cause: error });
}
