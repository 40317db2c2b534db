/** Clusters: Kafka Connect's and Millrace's by turns, one at a time, on one broker. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { findKafkaConnect, startBenchBroker, type BenchContext, type Only } from '../bench-context.ts';
import { BenchTopics } from '../topics.ts';
import { createConnectCluster, millraceCluster, type ClusterContender } from './bench-cluster.ts';
import { renderClusterTable, summarizeCluster } from './cluster-report.ts';
import { runClusterRound } from './cluster-round.ts';
import { titleOf, unitOf, type Sample } from './measures.ts';

/** Options of the command. */
export interface ClusterFlags {
  readonly rounds: string;
  readonly creates: string;
  readonly connectors: string;
  readonly tasks: string;
  readonly connectDelay: string;
  readonly isolation: string;
  readonly only?: Only;
  readonly results: string;
}

/** Measures all and reports. What was measured before a failure is reported too. */
export async function runClusterBench(context: BenchContext, flags: ClusterFlags): Promise<void> {
  const load = { connectors: Number(flags.connectors), tasks: Number(flags.tasks) };
  const samples: Sample[] = [];
  try {
    await measureAll(context, flags, {
      load,
      onSample: (sample, round) => {
        samples.push(sample);
        const { contender, measure, value } = sample;
        context.print(`round ${round}, ${contender}, ${titleOf(measure, load)}: ${value} ${unitOf(measure)}`);
      },
    });
  } finally {
    const summaries = summarizeCluster(samples);
    context.print(renderClusterTable(samples, load));
    const machine = { cores: availableParallelism(), node: process.version };
    await writeFile(flags.results, `${JSON.stringify({ flags, machine, summaries, samples }, null, 2)}\n`);
    context.print(`Every value: ${flags.results}`);
  }
}

async function measureAll(
  context: BenchContext,
  flags: ClusterFlags,
  run: {
    readonly load: { readonly connectors: number; readonly tasks: number };
    readonly onSample: (sample: Sample, round: number) => void;
  },
): Promise<void> {
  const contenders = await findContenders(context, flags);
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  const broker = await startBenchBroker(context);
  const topics = await BenchTopics.connect(broker.bootstrapServers);
  try {
    for (let round = 1; round <= Number(flags.rounds); round += 1) {
      for (const contender of contenders) {
        const name = `bench-${contender.name.toLowerCase().replaceAll(' ', '-')}-${round}`;
        await runClusterRound({
          ...context,
          bootstrapServers: broker.bootstrapServers,
          contender,
          name,
          folder: join(folder, name),
          createTopic: (topic, partitions) => topics.create(topic, partitions),
          creates: Number(flags.creates),
          load: run.load,
          loadSettings: contender === millraceCluster ? { 'plugin.isolation': flags.isolation } : {},
          onSample: sample => run.onSample(sample, round),
        });
      }
    }
  } finally {
    await topics.close();
    await broker.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function findContenders(context: BenchContext, flags: ClusterFlags): Promise<readonly ClusterContender[]> {
  if (flags.only === 'millrace') return [millraceCluster];
  const connect = createConnectCluster(context.clock, await findKafkaConnect(context), Number(flags.connectDelay));
  return flags.only === 'connect' ? [connect] : [connect, millraceCluster];
}
