import type { ClusterWorker } from '../../test/support/cluster-worker.ts';

/** What the workers' group has agreed on. */
export interface GroupView {
  /** Counts the group's rebalances. */
  readonly generation: number;
  /** Who leads, as statuses name it. */
  readonly leader: string;
}

/** Asks a worker; any of them knows. @throws {Error} when the group is not settled. */
export async function readGroup(worker: ClusterWorker): Promise<GroupView> {
  const answer = await worker.call('Cluster/GetCluster', {});
  if (!isClusterAnswer(answer)) throw new Error(`No settled group: ${JSON.stringify(answer)}`);
  const { generation, leader } = answer.cluster;
  return { generation, leader };
}

function isClusterAnswer(answer: unknown): answer is { readonly cluster: GroupView } {
  if (typeof answer !== 'object' || answer === null || !('cluster' in answer)) return false;
  const { cluster } = answer;
  return typeof cluster === 'object' && cluster !== null && 'generation' in cluster && 'leader' in cluster;
}
