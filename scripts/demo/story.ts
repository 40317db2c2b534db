/**
 * The demo's acts: connectors are created, the worker that leads is killed, then a plugin process, and the rest of the lines
 * arrives. The workers are asked as an operator would ask them.
 */
import { readGroup } from './cluster-view.ts';
import { sessionTimeoutMs, type DemoWorker } from './demo-cluster.ts';
import { readable } from './narrator.ts';
import { findMoves, readPlaces, type Place } from './placement.ts';
import { awaitArrival, awaitRunning, countArrived, showPlaces, taskCounts, type Stage } from './stage.ts';

/** What was measured. */
export interface Outcome {
  /** From the kill of the worker until everything runs on the others. */
  readonly failoverMs: number;
  /** From the kill of the plugin process until its task runs in another. */
  readonly replacementMs: number;
  /** The group's generation did not move while the plugin process was replaced. */
  readonly isGenerationKept: boolean;
}

const topicPartitions = 6;
const linesPerSecondAndTask = 120;
/** Part of the lines that has arrived when the first process is killed. */
const linesBeforeKill = 0.2;

/** Runs all acts. @throws {Error} that names what did not come in time. */
export async function play(stage: Stage, workers: readonly DemoWorker[]): Promise<Outcome> {
  await createConnectors(stage, workers);
  const before = await awaitRunning(stage, workers);
  const { leader } = await showPlaces(stage, workers, before);
  await awaitArrival(stage, Math.ceil(stage.lines.length * linesBeforeKill));
  const { survivors, failoverMs, after } = await killLeader(stage, workers, { before, leaderId: leader });
  const replaced = await killPlugin(stage, survivors, pickTask(findMoves(before, after)));
  await awaitArrival(stage, stage.lines.length);
  stage.narrator.tell('Arrived', `All ${readable(stage.lines.length)} lines are in the sink's file`);
  return { failoverMs, ...replaced };
}

async function createConnectors(stage: Stage, [worker]: readonly DemoWorker[]): Promise<void> {
  const { kafka, input, output, connectors } = stage;
  if (worker === undefined) throw new Error('There is no worker');
  await kafka.createTopic(topicPartitions);
  await create(stage, worker, {
    name: connectors.sink,
    config: {
      'connector.class': 'FileStreamSink',
      'tasks.max': String(taskCounts.sink),
      file: output,
      topics: kafka.topic,
    },
  });
  await create(stage, worker, {
    name: connectors.source,
    config: {
      'connector.class': 'LineReplaySource',
      'tasks.max': String(taskCounts.source),
      file: input,
      topic: kafka.topic,
      rate: String(linesPerSecondAndTask),
    },
  });
}

/** Creates a connector, and shows how anybody can. */
async function create(
  { narrator }: Stage,
  worker: DemoWorker,
  request: { readonly name: string; readonly config: Readonly<Record<string, string>> },
): Promise<void> {
  const body = JSON.stringify(request, null, 2);
  narrator.tell('Create', `grpcurl -plaintext -d '${body}' ${worker.address} millrace.admin.v1.Connectors/Create`);
  await worker.process.create(request.name, request.config);
}

/** Kills the worker that leads; resolves when everything runs on the others. */
async function killLeader(
  stage: Stage,
  workers: readonly DemoWorker[],
  { before, leaderId }: { readonly before: readonly Place[]; readonly leaderId: string },
): Promise<{
  readonly survivors: readonly DemoWorker[];
  readonly failoverMs: number;
  readonly after: readonly Place[];
}> {
  const { clock, narrator } = stage;
  const leader = workers.find(({ process }) => process.workerId === leaderId);
  if (leader === undefined) throw new Error('No worker leads');
  const survivors = workers.filter(worker => worker !== leader);
  const arrived = readable(await countArrived(stage));
  narrator.tell('Kill', `kill -9 ${leader.process.pid}: ${leader.name}, which leads; ${arrived} lines have arrived`);
  const killedAtMs = clock.monotonicMs();
  leader.process.kill('SIGKILL');
  const after = await awaitRunning(stage, survivors);
  const failoverMs = Math.round(clock.monotonicMs() - killedAtMs);
  const moves = findMoves(before, after).map(({ name, workerId }) => {
    const owner = survivors.find(({ process }) => process.workerId === workerId)?.name ?? workerId;
    return `${name} to ${owner}`;
  });
  narrator.tell(
    'Moved',
    `${moves.join(', ')}\nAll run again ${readable(failoverMs)} ms after the kill; the first ${readable(sessionTimeoutMs)} ms are ` +
      'the session that Kafka grants to a silent worker',
  );
  await showPlaces(stage, survivors, after);
  return { survivors, failoverMs, after };
}

/** A source task of those that moved: most of its lines are still to be sent. The first task if none moved. */
function pickTask(moves: readonly { readonly name: string }[]): string {
  return moves.find(({ name }) => /^source-\d/.test(name))?.name ?? 'source-0';
}

/** Kills the plugin process of a task; resolves when the task runs in another. */
async function killPlugin(
  stage: Stage,
  workers: readonly DemoWorker[],
  task: string,
): Promise<{ readonly replacementMs: number; readonly isGenerationKept: boolean }> {
  const { clock, narrator } = stage;
  const { owner, pid } = await findProcess(stage, workers, task);
  const { generation } = await readGroup(owner.process);
  const arrived = readable(await countArrived(stage));
  narrator.tell(
    'Kill',
    `kill -9 ${pid}: the plugin process of ${task} on ${owner.name}; ${arrived} lines have arrived`,
  );
  const killedAtMs = clock.monotonicMs();
  process.kill(pid, 'SIGKILL');
  // Its owner is asked: it alone knows the processes.
  const witnesses = [owner, ...workers.filter(worker => worker !== owner)];
  const isReplaced = (place: Place): boolean => place.name !== task || (place.pid !== null && place.pid !== pid);
  const places = await awaitRunning(stage, witnesses, isReplaced);
  const replacementMs = Math.round(clock.monotonicMs() - killedAtMs);
  const newPid = places.find(({ name }) => name === task)?.pid ?? '?';
  const now = (await readGroup(owner.process)).generation;
  narrator.tell(
    'Replaced',
    `${task} runs on ${owner.name} again, in process ${newPid}, ${readable(replacementMs)} ms after the kill\n` +
      `${now === generation ? 'No rebalance' : 'A rebalance'}: generation ${generation} before, ${now} after`,
  );
  return { replacementMs, isGenerationKept: now === generation };
}

/** Who runs a task, and in which process. */
async function findProcess(
  stage: Stage,
  workers: readonly DemoWorker[],
  task: string,
): Promise<{ readonly owner: DemoWorker; readonly pid: number }> {
  for (const owner of workers) {
    const places = await readPlaces(owner.process, stage.connectors);
    const place = places.find(({ name, workerId }) => name === task && workerId === owner.process.workerId);
    if (place !== undefined && place.pid !== null) return { owner, pid: place.pid };
  }
  throw new Error(`${task} has no plugin process`);
}
