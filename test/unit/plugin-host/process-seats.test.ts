import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { placeOwner, type Seats } from '../../../src/plugin-host/process-seats.ts';

const starting = (taken: number): Seats => ({ capacity: null, taken });
const of = (capacity: number, taken: number): Seats => ({ capacity, taken });
const launch = { kind: 'launch' };
const join = (index: number): object => ({ kind: 'join', index });

describe('the place of a task in shared processes', () => {
  const cases: readonly (readonly [title: string, seats: readonly Seats[], usual: number | null, placement: object])[] =
    [
      ['is a new process where there is none', [], null, launch],
      ['is the first process with room, so that the last ones empty', [of(3, 3), of(3, 1), of(3, 0)], 3, join(1)],
      ['is a new process when all are full', [of(3, 3), of(3, 3)], 3, launch],
      ['is a starting process of which nothing is known, however many wait for it', [starting(50)], null, join(0)],
      ['is a starting process up to what its kind took the last time', [starting(2)], 3, join(0)],
      ['is a new process when as many wait as its kind took the last time', [starting(3)], 3, launch],
      ['is not a process for which more waited than it takes', [of(2, 7)], 2, launch],
      ['is by what the process itself said, whatever the last one took', [of(5, 4)], 1, join(0)],
    ];
  for (const [title, seats, usual, placement] of cases) {
    test(title, () => assert.deepEqual(placeOwner(seats, usual), placement));
  }
});
