import type { TopicPartition } from './record-fetcher.ts';

/** Partitions as requests to group coordinators name them: by topic, each converted. */
export function groupByTopic<In extends TopicPartition, Out>(
  partitions: readonly In[],
  convert: (partition: In) => Out,
): { readonly topic: string; readonly partitions: Out[] }[] {
  const byTopic = new Map<string, Out[]>();
  for (const one of partitions) {
    const known = byTopic.get(one.topic);
    if (known === undefined) byTopic.set(one.topic, [convert(one)]);
    else known.push(convert(one));
  }
  return [...byTopic].map(([topic, converted]) => ({ topic, partitions: converted }));
}
