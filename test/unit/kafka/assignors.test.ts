import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assignCooperativeSticky } from '../../../src/kafka/cooperative-sticky-assignor.ts';
import type { AssignorMember, PartitionAssignor } from '../../../src/kafka/partition-assignor.ts';
import { assignRanges } from '../../../src/kafka/range-assignor.ts';
import { nameOf } from '../../../src/kafka/record-fetcher.ts';
import { assignRoundRobin } from '../../../src/kafka/round-robin-assignor.ts';
import { createRandom } from '../../support/random.ts';

function member(memberId: string, topics: string, owned = '', generation = -1): AssignorMember {
  return { memberId, topics: topics.split(' '), owned: parse(owned), generation };
}

function parse(names: string): { topic: string; partition: number }[] {
  return names
    .split(' ')
    .filter(name => name !== '')
    .map(name => ({ topic: name.slice(0, -1), partition: Number(name.at(-1)) }));
}

function assign(
  assignor: PartitionAssignor,
  members: readonly AssignorMember[],
  counts: Record<string, number>,
): Record<string, string> {
  const assignment = assignor(members, new Map(Object.entries(counts)));
  return Object.fromEntries(
    [...assignment].map(([memberId, parts]) => [memberId, parts.map(one => `${one.topic}${one.partition}`).join(' ')]),
  );
}

describe('range assignor', () => {
  test('gives ranges per topic, the first members one more', () => {
    const members = [member('b', 't u'), member('a', 't u'), member('c', 't u')];

    assert.deepEqual(assign(assignRanges, members, { t: 4, u: 2 }), { a: 't0 t1 u0', b: 't2 u1', c: 't3' });
  });

  test('leaves out topics that do not exist and members that do not subscribe', () => {
    const members = [member('a', 't'), member('b', 'u missing')];

    assert.deepEqual(assign(assignRanges, members, { t: 2, u: 1 }), { a: 't0 t1', b: 'u0' });
  });
});

describe('round-robin assignor', () => {
  test('deals partitions out across topics', () => {
    const members = [member('a', 't u'), member('b', 't u')];

    assert.deepEqual(assign(assignRoundRobin, members, { t: 3, u: 3 }), { a: 't0 t2 u1', b: 't1 u0 u2' });
  });

  test('passes members over that do not subscribe to the topic', () => {
    // The example of Kafka's RoundRobinAssignor.
    const members = [member('c0', 't0_'), member('c1', 't0_ t1_'), member('c2', 't0_ t1_ t2_')];

    assert.deepEqual(assign(assignRoundRobin, members, { t0_: 1, t1_: 2, t2_: 3 }), {
      c0: 't0_0',
      c1: 't1_0',
      c2: 't1_1 t2_0 t2_1 t2_2',
    });
  });
});

describe('cooperative sticky assignor', () => {
  test('shares evenly when nobody owns anything', () => {
    const members = [member('a', 't'), member('b', 't')];

    assert.deepEqual(assign(assignCooperativeSticky, members, { t: 4 }), { a: 't0 t2', b: 't1 t3' });
  });

  test('withholds what has to move until its owner has given it up', () => {
    const first = [member('a', 't', 't0 t1 t2 t3', 1), member('b', 't')];
    const second = [member('a', 't', 't0 t1', 2), member('b', 't')];

    assert.deepEqual(assign(assignCooperativeSticky, first, { t: 4 }), { a: 't0 t1', b: '' });
    assert.deepEqual(assign(assignCooperativeSticky, second, { t: 4 }), { a: 't0 t1', b: 't2 t3' });
  });

  test('believes the member of the later generation, and neither of two that claim the same', () => {
    const members = [member('a', 't', 't0 t1', 3), member('b', 't', 't0', 4), member('c', 't', 't1', 3)];

    assert.deepEqual(assign(assignCooperativeSticky, members, { t: 3 }), { a: 't1', b: 't0', c: 't2' });
  });

  test('ignores claims on what is not there or not subscribed to', () => {
    const members = [member('a', 't', 't7 u0', 3), member('b', 't', 't1', 3)];

    assert.deepEqual(assign(assignCooperativeSticky, members, { t: 2, u: 1 }), { a: 't0', b: 't1' });
  });

  test('keeps shares within one of each other and stable, whatever members owned', () => {
    const random = createRandom(7);
    for (let round = 0; round < 200; round += 1) {
      const counts = { t: 1 + random(9), u: 1 + random(9) };
      const ids = ['a', 'b', 'c', 'd'].slice(0, 1 + random(4));
      const claims = ids.map(() => `t${random(9)} t${random(9)} u${random(9)}`);
      const members = ids.map((id, index) => member(id, 't u', claims[index], 1));

      const first = assign(assignCooperativeSticky, members, counts);
      const second = assign(
        assignCooperativeSticky,
        ids.map(id => member(id, 't u', first[id], 2)),
        counts,
      );
      const third = assign(
        assignCooperativeSticky,
        ids.map(id => member(id, 't u', second[id], 3)),
        counts,
      );

      const sizes = Object.values(second).map(names => parse(names).length);
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, JSON.stringify(second));
      const all = Object.values(second).flatMap(parse).map(nameOf);
      assert.equal(new Set(all).size, counts.t + counts.u);
      assert.equal(all.length, counts.t + counts.u);
      const sorted = (assignment: Record<string, string>): Record<string, string[]> =>
        Object.fromEntries(Object.entries(assignment).map(([id, names]) => [id, names.split(' ').sort()]));
      assert.deepEqual(sorted(third), sorted(second));
    }
  });
});

describe('assignors', () => {
  for (const [name, assignor] of Object.entries({ assignRanges, assignRoundRobin, assignCooperativeSticky })) {
    test(`${name} gives nothing to anybody when there are no topics, or no members`, () => {
      assert.deepEqual(assign(assignor, [member('a', 't')], {}), { a: '' });
      assert.deepEqual(assign(assignor, [], { t: 3 }), {});
    });
  }
});
