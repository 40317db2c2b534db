import type { Clock } from '../../src/async/clock.ts';
import { readLines } from '../../test/support/line-files.ts';
import { pollUntil } from '../poll-until.ts';
import { readGroup, type GroupView } from './cluster-view.ts';
import type { DemoKafka } from './demo-kafka.ts';
import type { DemoWorker } from './demo-cluster.ts';
import { readable, type Narrator } from './narrator.ts';
import { readPlaces, type DemoConnectors, type Place } from './placement.ts';

/** What all acts share. */
export interface Stage {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly narrator: Narrator;
  readonly kafka: DemoKafka;
  readonly connectors: DemoConnectors;
  /** What is in the input file. */
  readonly lines: readonly string[];
  readonly input: string;
  readonly output: string;
}

/** Tasks of the source and of the sink. */
export const taskCounts = { source: 6, sink: 3 } as const;

const placeCount = 2 + taskCounts.source + taskCounts.sink;
const waitMs = 60_000;
const lookIntervalMs = 25;

/**
 * Asks one of the workers until every connector and task runs on one of them, and each as it is wanted.
 *
 * @throws {Error} after a minute.
 */
export function awaitRunning(
  { clock, signal, connectors }: Stage,
  workers: readonly DemoWorker[],
  isWanted: (place: Place) => boolean = () => true,
): Promise<readonly Place[]> {
  const [witness] = workers;
  const ids = new Set(workers.map(({ process }) => process.workerId));
  const wait = { what: 'all connectors and tasks RUNNING', timeoutMs: waitMs, intervalMs: lookIntervalMs };
  return pollUntil(clock, wait, async () => {
    signal.throwIfAborted();
    const places = witness === undefined ? [] : await readPlaces(witness.process, connectors);
    const isReached = places.every(place => place.state === 'RUNNING' && ids.has(place.workerId) && isWanted(place));
    return places.length === placeCount && isReached ? places : undefined;
  });
}

/** Waits until that many different lines are in the sink's file. @throws {Error} after a minute. */
export async function awaitArrival(stage: Stage, count: number): Promise<void> {
  const wait = { what: `${readable(count)} lines in the sink's file`, timeoutMs: waitMs, intervalMs: 200 };
  await pollUntil(stage.clock, wait, async () => {
    stage.signal.throwIfAborted();
    return (await countArrived(stage)) >= count ? true : undefined;
  });
}

/** Different lines that are in the sink's file. */
export async function countArrived({ output }: Stage): Promise<number> {
  return new Set(await readLines(output)).size;
}

/** Shows who leads and what runs where. @returns what the group has agreed on. */
export async function showPlaces(
  { narrator }: Stage,
  workers: readonly DemoWorker[],
  places: readonly Place[],
): Promise<GroupView> {
  const [witness] = workers;
  if (witness === undefined) throw new Error('There is no worker');
  const group = await readGroup(witness.process);
  const rows = workers.map(({ name, process }) => {
    const own = places.filter(({ workerId }) => workerId === process.workerId).map(place => place.name);
    const role = process.workerId === group.leader ? 'leads' : '     ';
    return `${name}  pid ${process.pid}  ${role}  ${own.join(', ')}`;
  });
  narrator.tell('Running', [`Generation ${group.generation} of the group:`, ...rows].join('\n'));
  return group;
}
