/** What the records of a cluster's topics, in their order, say about who wrote them. */
import type { ReadRecord } from './read-topic.ts';

/** A status as it stands in the status topic, with the key that it is of. */
export interface WrittenStatus {
  readonly key: string;
  readonly state: string;
  readonly workerId: string;
  readonly generation: number;
}

/** The statuses that were written, in order; removals are left out. */
export function writtenStatuses(records: readonly ReadRecord[]): readonly WrittenStatus[] {
  return records.flatMap(({ message: { key, value } }) => {
    const status: unknown = JSON.parse(value?.toString() ?? 'null');
    if (!isStatus(status)) return [];
    const { state, worker_id: workerId, generation } = status;
    return [{ key: key?.toString() ?? '', state, workerId, generation }];
  });
}

/**
 * Numbers of Datagen's values (`generator-count`), by generator, in the order in which they were written.
 *
 * @param records of one topic with one partition.
 */
export function countsByGenerator(records: readonly ReadRecord[]): ReadonlyMap<string, readonly number[]> {
  const counts = new Map<string, number[]>();
  for (const record of records) {
    const { generator, count } = parseGenerated(record);
    const known = counts.get(generator);
    if (known === undefined) counts.set(generator, [count]);
    else known.push(count);
  }
  return counts;
}

/** Records of Datagen that a producer wrote although another had taken over from it. @param records as {@link countsByGenerator}. */
export function lateRecords(records: readonly ReadRecord[]): readonly ReadRecord[] {
  const owners = new Map<string, readonly string[]>();
  return records.filter(record => {
    const { producerId } = record.batch;
    const { generator } = parseGenerated(record);
    const known = owners.get(generator) ?? [];
    if (known.includes(producerId)) return known.at(-1) !== producerId;
    owners.set(generator, [...known, producerId]);
    return false;
  });
}

/** How many batches of records there are, by generator. */
export function countBatches(records: readonly ReadRecord[]): ReadonlyMap<string, number> {
  const batches = new Map<string, Set<string>>();
  for (const record of records) {
    const { generator } = parseGenerated(record);
    batches.set(generator, (batches.get(generator) ?? new Set()).add(record.batch.firstOffset));
  }
  return new Map([...batches].map(([generator, offsets]) => [generator, offsets.size]));
}

/** A value of Datagen: `generator-count`. */
function parseGenerated({ message }: ReadRecord): { readonly generator: string; readonly count: number } {
  const [generator = '', count = ''] = (message.value?.toString() ?? '').split('-');
  return { generator, count: Number(count) };
}

/** Numbers in the values of an offset topic, by key, in the order in which they were written. */
export function writtenOffsets(records: readonly ReadRecord[], field: string): ReadonlyMap<string, readonly number[]> {
  const offsets = new Map<string, number[]>();
  for (const { message } of records) {
    const value: unknown = JSON.parse(message.value?.toString() ?? 'null');
    if (typeof value !== 'object' || value === null) continue;
    const offset: unknown = Object.entries(value).find(([name]) => name === field)?.[1];
    const key = message.key?.toString() ?? '';
    const known = offsets.get(key);
    if (known === undefined) offsets.set(key, [Number(offset)]);
    else known.push(Number(offset));
  }
  return offsets;
}

/** How often a number is not above the one before it. */
export function countSetbacks(numbers: readonly number[]): number {
  return numbers.filter((number, index) => number <= (numbers[index - 1] ?? -1)).length;
}

/** How many numbers from 0 to the highest are missing. */
export function countMissing(numbers: readonly number[]): number {
  const found = new Set(numbers);
  return numbers.reduce((max, number) => Math.max(max, number), -1) + 1 - found.size;
}

function isStatus(
  value: unknown,
): value is { readonly state: string; readonly worker_id: string; readonly generation: number } {
  return typeof value === 'object' && value !== null && 'state' in value && 'worker_id' in value;
}
