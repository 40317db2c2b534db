import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createDeferred, type Deferred } from '../../../src/async/deferred.ts';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import type { ConsumerGroup, ConsumerGroupEvents } from '../../../src/kafka/consumer-group.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { SinkCommits } from '../../../src/worker/sink-commits.ts';
import { SinkDeliveries } from '../../../src/worker/sink-deliveries.ts';
import { SinkSubscription } from '../../../src/worker/sink-subscription.ts';
import { idleFetcher } from '../../support/idle-fetcher.ts';
import { ManualClock } from '../../support/manual-clock.ts';

/** A group that has one partition, and keeps commits until the test answers them. */
class HeldCommits implements ConsumerGroup {
  readonly memberId = 'm';
  readonly generation = 1;
  readonly requests: { readonly offset: number | undefined; readonly answer: Deferred<undefined> }[] = [];

  start(events: ConsumerGroupEvents): Promise<void> {
    return events.assigned([{ topic: 't', partition: 0, offset: null }]);
  }

  async commit(offsets: Parameters<ConsumerGroup['commit']>[0]): Promise<void> {
    const answer = createDeferred<undefined>();
    this.requests.push({ offset: offsets[0]?.offset, answer });
    await answer.promise;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

async function setUp(): Promise<{
  readonly commits: SinkCommits;
  readonly group: HeldCommits;
  readonly clock: ManualClock;
  readonly reach: (offset: number) => void;
}> {
  const clock = new ManualClock();
  const log = createSilentLogger();
  const group = new HeldCommits();
  const subscription = new SinkSubscription({ group, fetcher: idleFetcher, log });
  await subscription.attach({
    opened: partitions => Promise.resolve(partitions),
    closing: () => Promise.resolve(),
    lost: () => Promise.resolve(),
    failed: () => undefined,
  });
  const deliveries = new SinkDeliveries(4);
  const commits = new SinkCommits({
    deliveries,
    subscription,
    isCommitting: true,
    requestFlush: () => assert.fail('nothing is to be flushed'),
    intervalMs: 60_000,
    timeoutMs: 5000,
    clock,
    log,
  });
  const reach = (offset: number): void => {
    const seq = deliveries.nextSeq;
    const positions = [{ topic: 't', partition: 0, offset }];
    deliveries.add({ seq, bytes: Buffer.alloc(0), recordCount: 1, sources: [], positions });
    deliveries.durable({ upToSeq: seq, lower: [], flushId: 0 });
  };
  return { commits, group, clock, reach };
}

describe('commits of a sink', () => {
  test('commit what is durable, and nothing again that is committed', async () => {
    const { commits, group, reach } = await setUp();
    reach(7);

    const first = commits.commitDurable();
    await turn();
    group.requests[0]?.answer.resolve(undefined);
    await first;
    await commits.commitDurable();

    assert.deepEqual(
      group.requests.map(({ offset }) => offset),
      [7],
    );
  });

  test('wait for a commit no longer than the timeout', async () => {
    const { commits, clock, reach } = await setUp();
    reach(7);
    let isDone = false;
    const commit = commits.commitDurable().then(() => (isDone = true));

    await turn();
    clock.advance(4999);
    await turn();
    const isDoneBefore = isDone;
    clock.advance(1);
    await commit;

    assert.equal(isDoneBefore, false);
    assert.equal(isDone, true);
  });

  test('send no offsets while earlier ones are still on their way, so that those cannot set newer ones back', async () => {
    const { commits, group, clock, reach } = await setUp();
    reach(7);
    const late = commits.commitDurable();
    await turn();
    clock.advance(5000);
    await late;

    reach(9);
    const next = commits.commitDurable();
    await turn();
    const whileLate = group.requests.map(({ offset }) => offset);
    group.requests[0]?.answer.reject(new ConnectError('KAFKA_UNAVAILABLE', 'gone'));
    await turn();
    group.requests[1]?.answer.resolve(undefined);
    await next;

    assert.deepEqual(whileLate, [7]);
    assert.deepEqual(
      group.requests.map(({ offset }) => offset),
      [7, 9],
    );
  });
});
