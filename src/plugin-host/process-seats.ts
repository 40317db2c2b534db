/**
 * Which of the processes that a group of owners shares takes the next one (pure; `SharedProcesses` performs it).
 *
 * A process says in its handshake how many tasks it takes (`max_tasks`), and takes as many connector instances beside them; so of
 * one that is starting nothing is certain. Those that come meanwhile wait for it, as many as its kind took the last time, or all of
 * them if none was seen yet; those for whom there is no room in the end are placed again. So owners that start at once, after a
 * crash above all, launch as few processes as can hold them.
 */

/** One process of the group. */
export interface Seats {
  /** Owners of the kind asked for that it takes; null until its handshake told. */
  readonly capacity: number | null;
  /** Those in it or waiting for it. */
  readonly taken: number;
}

/** Where the next owner goes. */
export type Placement = { readonly kind: 'join'; readonly index: number } | { readonly kind: 'launch' };

/**
 * Places one more. The first process with room is taken, so that the last ones empty and end.
 *
 * @param seats of the processes that take more, oldest first.
 * @param usualCapacity what the last handshake of this plugin said; null before the first.
 */
export function placeOwner(seats: readonly Seats[], usualCapacity: number | null): Placement {
  const index = seats.findIndex(({ capacity, taken }) => {
    const room = capacity ?? usualCapacity;
    return room === null || taken < room;
  });
  return index === -1 ? { kind: 'launch' } : { kind: 'join', index };
}
