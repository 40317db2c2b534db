import { ConnectError } from '../errors/connect-error.ts';
import type { Cluster } from './cluster.ts';
import { fromKafkaErrorCode, kafkaErrorInfo } from './error-map.ts';
import { listOffsetsApi, type OffsetQuery } from './list-offsets-api.ts';
import { nameOf } from './record-fetcher.ts';

/** What came out for one partition: `offset` is -1 when no record is as young as the time. */
export type OffsetOutcome =
  | { readonly kind: 'found'; readonly query: OffsetQuery; readonly offset: number }
  | { readonly kind: 'failed'; readonly query: OffsetQuery; readonly error: ConnectError };

/**
 * Looks offsets up by time at the leaders of the partitions, one request per broker. Makes one attempt; what failed in a way that
 * passes is for the caller to ask again, with metadata refreshed.
 */
export async function lookUpOffsets(
  cluster: Cluster,
  queries: readonly OffsetQuery[],
  options: { readonly isReadCommitted: boolean },
): Promise<readonly OffsetOutcome[]> {
  const outcomes: OffsetOutcome[] = [];
  const byLeader = new Map<number, OffsetQuery[]>();
  for (const query of queries) {
    const leader = cluster.leaderOf(query.topic, query.partition);
    if (leader === undefined) {
      const error = new ConnectError('KAFKA_REQUEST_RETRIABLE', `'${nameOf(query)}' has no leader at present`);
      outcomes.push({ kind: 'failed', query, error });
      continue;
    }
    const known = byLeader.get(leader);
    if (known === undefined) byLeader.set(leader, [query]);
    else known.push(query);
  }
  const answers = await Promise.all(
    [...byLeader].map(([leader, partitions]) => askLeader(cluster, leader, partitions, options)),
  );
  return [...outcomes, ...answers.flat()];
}

async function askLeader(
  cluster: Cluster,
  leader: number,
  queries: readonly OffsetQuery[],
  { isReadCommitted }: { readonly isReadCommitted: boolean },
): Promise<readonly OffsetOutcome[]> {
  try {
    const connection = await cluster.connection(leader);
    const answers = await cluster.send(connection, listOffsetsApi, { isReadCommitted, partitions: queries });
    return queries.map((query): OffsetOutcome => {
      const answer = answers.find(one => one.topic === query.topic && one.partition === query.partition);
      if (answer?.errorCode === 0) return { kind: 'found', query, offset: answer.offset };
      return { kind: 'failed', query, error: toError(query, answer?.errorCode ?? -1) };
    });
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    return queries.map((query): OffsetOutcome => ({ kind: 'failed', query, error }));
  }
}

/** An error of stale metadata passes too: the partition has another leader by now, or will have. */
function toError(query: OffsetQuery, errorCode: number): ConnectError {
  const doing = `Looking up an offset of '${nameOf(query)}'`;
  const error = fromKafkaErrorCode(errorCode, doing);
  if (!kafkaErrorInfo(errorCode).hasStaleMetadata || error.isRetriable) return error;
  return new ConnectError('KAFKA_REQUEST_RETRIABLE', error.message, { cause: error });
}
