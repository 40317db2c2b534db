import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { SinkSubscription } from '../../../src/worker/sink-subscription.ts';
import { idleFetcher } from '../../support/idle-fetcher.ts';
import { openQuietGroup } from '../../support/quiet-group.ts';

const partition = { topic: 't', partition: 0 };
const neighbour = { topic: 't', partition: 1 };
const namesake = { topic: 'u', partition: 0 };

/** A subscription, and the group's voice in it. `onClosing` runs while partitions are given up. */
async function setUp(onClosing: () => unknown) {
  const { group, events } = openQuietGroup();
  const subscription = new SinkSubscription({ group, fetcher: idleFetcher, log: createSilentLogger() });
  await subscription.attach({
    opened: partitions => Promise.resolve(partitions),
    closing: async () => {
      await onClosing();
    },
    lost: () => Promise.resolve(),
    failed: () => undefined,
  });
  return { subscription, events: await events };
}

describe('subscription of a sink', () => {
  test('commits a partition that is being given up, and delivers nothing of it any more', async () => {
    const seen: (readonly [owns: boolean, delivers: boolean])[] = [];
    const look = (): unknown => seen.push([subscription.owns(partition), subscription.delivers(partition)]);
    const { subscription, events } = await setUp(look);

    await events.assigned([{ ...partition, offset: null }]);
    look();
    await events.revoked([partition]);
    look();
    await events.assigned([{ ...partition, offset: 5 }]);
    look();

    assert.deepEqual(seen, [
      [true, true],
      [true, false],
      [false, false],
      [true, true],
    ]);
  });

  test('delivers what is not given up while another partition is, also once a third is lost', async () => {
    const seen: (readonly boolean[])[] = [];
    const look = (): unknown => seen.push([partition, neighbour, namesake].map(each => subscription.delivers(each)));
    const { subscription, events } = await setUp(async () => {
      look();
      await events.lost([namesake]);
      look();
    });
    await events.assigned([partition, neighbour, namesake].map(each => ({ ...each, offset: null })));

    look();
    await events.revoked([partition]);
    look();

    assert.deepEqual(seen, [
      [true, true, true],
      [false, true, true],
      [false, true, false],
      [false, true, false],
    ]);
  });
});
