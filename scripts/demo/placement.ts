import type { InstanceStatusMessage } from '../../test/support/worker-process.ts';
import type { ClusterWorker } from '../../test/support/cluster-worker.ts';

/** Where a connector or one of its tasks runs. */
export interface Place {
  /** `source` or `sink`; a task's number behind a dash. */
  readonly name: string;
  readonly state: string;
  readonly workerId: string;
  /** Its plugin process. */
  readonly pid: number | null;
}

/** Names of the demo's connectors, by the words that stand for them in the story. */
export interface DemoConnectors {
  readonly source: string;
  readonly sink: string;
}

/** Where everything runs, as a worker knows it. */
export async function readPlaces(worker: ClusterWorker, connectors: DemoConnectors): Promise<readonly Place[]> {
  const places = await Promise.all(
    (['source', 'sink'] as const).map(async word => {
      const status = await worker.status(connectors[word]);
      const tasks = status.tasks.map((task, number) => toPlace(`${word}-${number}`, task));
      return [toPlace(word, status.connector), ...tasks];
    }),
  );
  return places.flat();
}

/** What is somewhere else than before: name and new worker. */
export function findMoves(
  before: readonly Place[],
  after: readonly Place[],
): readonly { readonly name: string; readonly workerId: string }[] {
  const workers = new Map(before.map(({ name, workerId }) => [name, workerId]));
  return after.filter(({ name, workerId }) => workers.get(name) !== workerId);
}

function toPlace(name: string, status: InstanceStatusMessage): Place {
  return { name, state: status.state, workerId: status.worker_id ?? '', pid: status.pid ?? null };
}
