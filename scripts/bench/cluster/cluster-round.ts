/** One cluster of one contender, from its first worker to its end. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../../src/async/clock.ts';
import { pollUntil } from '../../poll-until.ts';
import { BenchCluster, readResidentMib, type BenchWorker, type ClusterContender } from './bench-cluster.ts';
import type { ConnectorPlaces } from './cluster-admin.ts';
import type { Measure, Sample } from './measures.ts';

/** What a round is made of. */
export interface ClusterRound {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly bootstrapServers: string;
  readonly contender: ClusterContender;
  /** Of all rounds: group, topics and connectors begin with it. */
  readonly name: string;
  readonly folder: string;
  /** Makes an empty topic. */
  readonly createTopic: (topic: string, partitions: number) => Promise<void>;
  /** Connectors of one task that are created one by one. */
  readonly creates: number;
  readonly load: { readonly connectors: number; readonly tasks: number };
  /** Further settings of the load's connectors. */
  readonly loadSettings: Readonly<Record<string, string>>;
  readonly onSample: (sample: Sample) => void;
}

/** Time in which an idle worker comes to rest. */
const restMs = 5000;
const oneTimeoutMs = 60_000;
const manyTimeoutMs = 10 * 60_000;
/** Looks at one connector cost little; looks at all of them are rarer. */
const oneIntervalMs = 5;
const manyIntervalMs = 250;

/** Measures all. @throws {Error} that names what did not come in time, with the end of a worker's log. */
export async function runClusterRound(round: ClusterRound): Promise<void> {
  const { clock, contender, name, folder, bootstrapServers } = round;
  const cluster = new BenchCluster(clock, contender, { name, folder, bootstrapServers });
  try {
    const first = await cluster.start();
    tell(round, 'first', first.startMs);
    await clock.sleep(restMs, round.signal);
    tell(round, 'idle', await readResidentMib(first));
    for (let count = 0; count < 2; count += 1) tell(round, 'start', (await cluster.start()).startMs);
    await measureCreates(round, cluster);
    await measureLoad(round, cluster);
  } catch (error) {
    const [worker] = cluster.workers;
    throw worker === undefined ? error : await worker.process.explain(error);
  } finally {
    await cluster.stop();
  }
}

function tell(round: ClusterRound, measure: Measure, value: number): void {
  round.onSample({ contender: round.contender.name, measure, value: Math.round(value) });
}

/** Connectors of one source task, created at the second worker and waited for, one by one. */
async function measureCreates(round: ClusterRound, cluster: BenchCluster): Promise<void> {
  const { clock, name, folder } = round;
  const [, worker] = cluster.workers;
  if (worker === undefined) throw new Error('There is no second worker');
  const file = join(folder, 'input.txt');
  await writeFile(file, 'a line\n');
  for (let number = 0; number < round.creates; number += 1) {
    const connector = `${name}-one-${number}`;
    const startMs = clock.monotonicMs();
    await worker.admin.create(connector, {
      'connector.class': 'FileStreamSource',
      'tasks.max': '1',
      file,
      topic: `${name}-one`,
    });
    const wait = { what: `'${connector}' runs`, timeoutMs: oneTimeoutMs, intervalMs: oneIntervalMs };
    await awaitRunning(round, worker, { names: [connector], tasks: 1, wait, among: cluster.workers });
    tell(round, 'create', clock.monotonicMs() - startMs);
    await worker.admin.delete(connector);
  }
}

/** Many sink tasks: until they run, until they run again when a worker was killed, until they are shared with a new one. */
async function measureLoad(round: ClusterRound, cluster: BenchCluster): Promise<void> {
  const { clock, name, load } = round;
  const [worker, , victim] = cluster.workers;
  if (worker === undefined || victim === undefined) throw new Error('There are no three workers');
  const topic = `${name}-many`;
  await round.createTopic(topic, load.tasks);
  const names = Array.from({ length: load.connectors }, (_, number) => `${name}-many-${number}`);
  const all = { names, tasks: load.tasks };
  const waitFor = (what: string): Wait => ({ what, timeoutMs: manyTimeoutMs, intervalMs: manyIntervalMs });

  const createdMs = clock.monotonicMs();
  for (const connector of names) {
    await worker.admin.create(connector, {
      'connector.class': 'FileStreamSink',
      'tasks.max': String(load.tasks),
      file: join(round.folder, 'output.txt'),
      topics: topic,
      ...round.loadSettings,
    });
  }
  const runs = { ...all, wait: waitFor('all tasks run'), among: cluster.workers, isBalanced: true };
  await awaitRunning(round, worker, runs);
  tell(round, 'bulk', clock.monotonicMs() - createdMs);
  const sizes = await Promise.all(cluster.workers.map(readResidentMib));
  tell(
    round,
    'loaded',
    sizes.reduce((sum, size) => sum + size, 0),
  );

  const killedMs = clock.monotonicMs();
  await cluster.kill(victim);
  await awaitRunning(round, worker, { ...all, wait: waitFor('all tasks run again'), among: cluster.workers });
  tell(round, 'crash', clock.monotonicMs() - killedMs);

  await cluster.start();
  const joinedMs = clock.monotonicMs();
  const shared = { ...all, wait: waitFor('all tasks are shared'), among: cluster.workers, isBalanced: true };
  await awaitRunning(round, worker, shared);
  tell(round, 'join', clock.monotonicMs() - joinedMs);
}

interface Wait {
  readonly what: string;
  readonly timeoutMs: number;
  readonly intervalMs: number;
}

/** Waits until the connectors and all their tasks run on these workers, balanced or not. */
async function awaitRunning(
  { clock, signal }: ClusterRound,
  witness: BenchWorker,
  wanted: {
    readonly names: readonly string[];
    readonly tasks: number;
    readonly wait: Wait;
    readonly among: readonly BenchWorker[];
    readonly isBalanced?: boolean;
  },
): Promise<void> {
  const workers = wanted.among.map(({ workerId }) => workerId);
  await pollUntil(clock, wanted.wait, async () => {
    signal.throwIfAborted();
    witness.process.assertRunning();
    const connectors = await witness.admin.places(wanted.names);
    const areThere = connectors.length === wanted.names.length;
    const isDone =
      areThere &&
      connectors.every(connector => isRunning(connector, workers, wanted.tasks)) &&
      (wanted.isBalanced !== true || areBalanced(connectors, workers));
    return isDone ? true : undefined;
  });
}

function isRunning({ connector, tasks }: ConnectorPlaces, workers: readonly string[], count: number): boolean {
  const places = [connector, ...tasks];
  return (
    tasks.length === count && places.every(({ state, workerId }) => state === 'RUNNING' && workers.includes(workerId))
  );
}

/** Whether no worker has over one task more than another. */
export function areBalanced(connectors: readonly ConnectorPlaces[], workers: readonly string[]): boolean {
  const tasks = connectors.flatMap(connector => connector.tasks);
  const counts = workers.map(worker => tasks.filter(({ workerId }) => workerId === worker).length);
  return Math.max(...counts) - Math.min(...counts) <= 1;
}
