import {
  intersect,
  subtract,
  toConnectorsAndTasks,
  toWorkSet,
  unite,
  type ConnectorsAndTasks,
} from './connectors-and-tasks.ts';
import { dealToLeastLoaded, toWorkerLoad } from './worker-load.ts';
import type { GroupWorker } from './worker-group.ts';

/** What a worker will have of some work. */
export interface ForeseenShare {
  readonly worker: GroupWorker;
  readonly work: ConnectorsAndTasks;
}

/**
 * Who will run connectors and tasks once they are configured: whoever runs them already, else who has least, as the assignors deal. A
 * guess: the rounds that decide it may meet other members and other work.
 *
 * @param workers all members with what they run.
 * @returns a share for each worker that gets something, in the order of the workers.
 */
export function foreseeShares(workers: readonly GroupWorker[], work: ConnectorsAndTasks): readonly ForeseenShare[] {
  const wanted = toWorkSet(work);
  const loads = workers.map(worker => toWorkerLoad(worker.memberId, toWorkSet(worker.work)));
  dealToLeastLoaded(loads, subtract(wanted, unite(loads)));
  return loads.flatMap((load, index) => {
    const worker = workers[index];
    const share = toConnectorsAndTasks(intersect(load, wanted));
    const isEmpty = share.connectors.length === 0 && share.tasks.length === 0;
    return worker === undefined || isEmpty ? [] : [{ worker, work: share }];
  });
}
