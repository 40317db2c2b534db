/**
 * `npm run bench [-- --lines N --rounds N --only millrace|connect --results FILE]`: Kafka Connect and Millrace side by side, file
 * → topic and topic → file, on the same broker with the same files, by turns. Prints medians and ratios and writes every run to
 * a JSON file.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { SystemClock } from '../../src/async/clock.ts';
import { startDevelopmentBroker } from '../../src/cli/broker/development-broker.ts';
import { findJava } from '../../src/cli/broker/java-runtime.ts';
import { resolveKafkaJars } from '../../src/cli/broker/kafka-jars.ts';
import { createStopSignal } from '../../src/cli/stop-request.ts';
import { lineBytes, writeInput } from './bench-files.ts';
import { createKafkaConnect, millrace, type Contender } from './contenders.ts';
import { renderTable, summarize } from './report.ts';
import { runSink, runSource, type Bench, type RunResult } from './runs.ts';
import { BenchTopics } from './topics.ts';

interface Flags {
  readonly lines: string;
  readonly rounds: string;
  readonly only?: string;
  readonly results: string;
}

const clock = new SystemClock();
const signal = createStopSignal({ stdin: false });
const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const flags = new Command('bench')
  .option('--lines <count>', `lines of ${lineBytes} bytes`, '1000000')
  .option('--rounds <count>', 'runs of each worker in each direction', '3')
  .addOption(new Option('--only <worker>', 'leave the other out').choices(['millrace', 'connect']))
  .option('--results <file>', 'JSON file for the results', 'dist/bench-results.json')
  .parse()
  .opts<Flags>();

const results = await measureAll();
const summaries = summarize(results);
print(renderTable(summaries));
const machine = { cores: availableParallelism(), node: process.version };
await writeFile(
  flags.results,
  `${JSON.stringify({ lines: Number(flags.lines), lineBytes, machine, summaries, results }, null, 2)}\n`,
);
print(`Every run: ${flags.results}`);

async function measureAll(): Promise<readonly RunResult[]> {
  const contenders = await findContenders();
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  const broker = await startDevelopmentBroker({
    clock,
    signal,
    port: 0,
    heap: '1g',
    autoCreateTopics: true,
    report: print,
  });
  const topics = await BenchTopics.connect(broker.bootstrapServers);
  try {
    const inputFile = join(folder, 'input.txt');
    await writeInput(inputFile, Number(flags.lines));
    const bench = { clock, bootstrapServers: broker.bootstrapServers, topics, inputFile, lines: Number(flags.lines) };
    const found: RunResult[] = [];
    for (let round = 1; round <= Number(flags.rounds); round += 1) {
      for (const contender of contenders) found.push(...(await measureOne(bench, { contender, folder, round })));
    }
    return found;
  } finally {
    await topics.close();
    await broker.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function findContenders(): Promise<readonly Contender[]> {
  const connect = createKafkaConnect(
    await findJava(clock),
    (await resolveKafkaJars({ clock, signal, report: print })).folder,
  );
  if (flags.only === 'millrace') return [millrace];
  return flags.only === 'connect' ? [connect] : [connect, millrace];
}

/** Fills a topic of its own from the file and writes it to another file. */
async function measureOne(
  bench: Bench,
  run: { readonly contender: Contender; readonly folder: string; readonly round: number },
): Promise<readonly RunResult[]> {
  signal.throwIfAborted();
  const topic = `bench-${run.contender.name.toLowerCase().replaceAll(' ', '-')}-${run.round}`;
  const folder = join(run.folder, topic);
  await bench.topics.create(topic);
  const found = [
    await runSource(bench, { ...run, topic, folder: join(folder, 'source') }),
    await runSink(bench, { ...run, topic, folder: join(folder, 'sink') }),
  ];
  await bench.topics.delete([topic]);
  await rm(folder, { recursive: true, force: true });
  for (const { direction, contender, recordsPerSecond, peakMemoryMib } of found) {
    print(`round ${run.round}, ${contender}, ${direction}: ${recordsPerSecond} records/s, ${peakMemoryMib} MiB`);
  }
  return found;
}
