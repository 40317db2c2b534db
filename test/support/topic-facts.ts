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
  for (const { message } of records) {
    const [generator = '', count = ''] = (message.value?.toString() ?? '').split('-');
    const known = counts.get(generator);
    if (known === undefined) counts.set(generator, [Number(count)]);
    else known.push(Number(count));
  }
  return counts;
}

/** A generator's records that a producer wrote although another had taken over from it, by batch. */
export function lateBatches(records: readonly ReadRecord[]): ReadonlyMap<string, readonly ReadRecord[]> {
  const owners = new Map<string, readonly string[]>();
  const late = new Map<string, ReadRecord[]>();
  for (const record of records) {
    const { producerId, firstOffset } = record.batch;
    const [generator = ''] = (record.message.value?.toString() ?? '').split('-');
    const known = owners.get(generator) ?? [];
    if (!known.includes(producerId)) owners.set(generator, [...known, producerId]);
    else if (known.at(-1) !== producerId) {
      const name = `${generator} at ${firstOffset}`;
      late.set(name, [...(late.get(name) ?? []), record]);
    }
  }
  return late;
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
