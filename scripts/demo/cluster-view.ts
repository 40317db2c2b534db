import type { ClusterWorker } from '../../test/support/cluster-worker.ts';

/** What the group has agreed on. */
export interface GroupView {
  /** Counts the group's rebalances. */
  readonly generation: number;
  /** Who leads, as statuses name it. */
  readonly leader: string;
}

/** The latest assignment that one of the workers logged. */
export function readGroup(workers: readonly ClusterWorker[]): GroupView {
  const views = workers.flatMap(({ lines }) => {
    const last = lines.findLast(line => line.includes('"Work is assigned"'));
    return last === undefined ? [] : [parseView(last)];
  });
  return views.reduce((latest, view) => (view.generation > latest.generation ? view : latest), noView);
}

const noView: GroupView = { generation: -1, leader: '' };

function parseView(line: string): GroupView {
  const generation = Number(/"generation":(\d+)/.exec(line)?.[1] ?? -1);
  return { generation, leader: /"leaderUrl":"http:\/\/([^/"]+)/.exec(line)?.[1] ?? '' };
}
