/** Standalone workers: a file goes into a topic of its own, and from there into another file. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { findKafkaConnect, startBenchBroker, type BenchContext, type Only } from './bench-context.ts';
import { lineBytes, writeInput } from './bench-files.ts';
import { createKafkaConnect, millrace, type Contender } from './contenders.ts';
import { renderTable, summarize } from './report.ts';
import { runSink, runSource, type Bench, type RunResult } from './runs.ts';
import { BenchTopics } from './topics.ts';

/** Options of the command. */
export interface FlowFlags {
  readonly lines: string;
  readonly rounds: string;
  readonly only?: Only;
  readonly results: string;
}

/** Measures all and reports. */
export async function runFlowBench(context: BenchContext, flags: FlowFlags): Promise<void> {
  const results = await measureAll(context, flags);
  const summaries = summarize(results);
  context.print(renderTable(summaries));
  const machine = { cores: availableParallelism(), node: process.version };
  await writeFile(
    flags.results,
    `${JSON.stringify({ lines: Number(flags.lines), lineBytes, machine, summaries, results }, null, 2)}\n`,
  );
  context.print(`Every run: ${flags.results}`);
}

async function measureAll(context: BenchContext, flags: FlowFlags): Promise<readonly RunResult[]> {
  const contenders = await findContenders(context, flags.only);
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  const broker = await startBenchBroker(context);
  const topics = await BenchTopics.connect(broker.bootstrapServers);
  try {
    const inputFile = join(folder, 'input.txt');
    const lines = Number(flags.lines);
    await writeInput(inputFile, lines);
    const bench = { ...context, bootstrapServers: broker.bootstrapServers, topics, inputFile, lines };
    const found: RunResult[] = [];
    for (let round = 1; round <= Number(flags.rounds); round += 1) {
      for (const contender of contenders) {
        context.signal.throwIfAborted();
        const results = await measureOne(bench, { contender, folder, round });
        found.push(...results);
        for (const result of results) {
          const { direction, recordsPerSecond, peakMemoryMib } = result;
          context.print(
            `round ${round}, ${contender.name}, ${direction}: ${recordsPerSecond} records/s, ${peakMemoryMib} MiB`,
          );
        }
      }
    }
    return found;
  } finally {
    await topics.close();
    await broker.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function findContenders(context: BenchContext, only: Only): Promise<readonly Contender[]> {
  const connect = createKafkaConnect(await findKafkaConnect(context));
  if (only === 'millrace') return [millrace];
  return only === 'connect' ? [connect] : [connect, millrace];
}

/** Fills a topic of its own from the file and writes it to another file. */
async function measureOne(
  bench: Bench,
  run: { readonly contender: Contender; readonly folder: string; readonly round: number },
): Promise<readonly RunResult[]> {
  const topic = `bench-${run.contender.name.toLowerCase().replaceAll(' ', '-')}-${run.round}`;
  const folder = join(run.folder, topic);
  await bench.topics.create(topic);
  const found = [
    await runSource(bench, { ...run, topic, folder: join(folder, 'source') }),
    await runSink(bench, { ...run, topic, folder: join(folder, 'sink') }),
  ];
  await bench.topics.delete([topic]);
  await rm(folder, { recursive: true, force: true });
  return found;
}
