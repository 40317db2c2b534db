import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test, type TestContext } from 'node:test';
import { SystemClock } from '../../../src/async/clock.ts';
import { createDeferred } from '../../../src/async/deferred.ts';
import { GroupCoordinator } from '../../../src/kafka/group-coordinator.ts';
import type { JoinOptions, MembershipWatch } from '../../../src/kafka/group-member.ts';
import { readKafkaClientConfig } from '../../../src/kafka/kafka-client-config.ts';
import { KafkaConfigReader } from '../../../src/kafka/kafka-config-reader.ts';
import { KafkaGroupMember } from '../../../src/kafka/kafka-group-member.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { testBootstrap } from '../../support/broker.ts';
import { FlakyProxy } from '../../support/flaky-proxy.ts';

const log = createSilentLogger();
const signal = (): AbortSignal => AbortSignal.timeout(30_000);
const options: JoinOptions = {
  protocols: [{ name: 'p', metadata: Buffer.from('m') }],
  assign: async ({ members }) => new Map(members.map(({ memberId }) => [memberId, Buffer.from('work')])),
  endsWhenLost: true,
};

interface MemberOptions {
  readonly bootstrap: string;
  readonly silenceMaxMs?: number;
  readonly groupId?: string;
  readonly watch?: MembershipWatch;
}

function createMember(
  t: TestContext,
  { bootstrap, silenceMaxMs, groupId = `group-${randomUUID()}`, watch }: MemberOptions,
) {
  const reader = new KafkaConfigReader(new Map([['bootstrap.servers', bootstrap]]));
  const client = readKafkaClientConfig(reader, { defaultClientId: 'test' });
  const member = new KafkaGroupMember({
    client,
    groupId,
    protocolType: 'connect',
    sessionTimeoutMs: 30_000,
    ...(silenceMaxMs === undefined ? {} : { silenceMaxMs }),
    rebalanceTimeoutMs: 30_000,
    heartbeatIntervalMs: 200,
    ...(watch === undefined ? {} : { watch }),
    clock: new SystemClock(),
    log,
  });
  t.after(() => member.leave());
  return { member, client, groupId };
}

describe('a group member that goes on working while it joins', () => {
  test('is told when the group forgot it, and then joins as a new one', async t => {
    const { member, client, groupId } = createMember(t, { bootstrap: testBootstrap() });
    await member.join(options, signal());
    const { memberId } = member;
    const other = new GroupCoordinator({ client, groupId, log });
    t.after(() => other.close());
    await other.call('Putting the member out', broker => broker.leaveGroup({ groupId, memberId }));

    await assert.rejects(member.join(options, signal()), { code: 'GROUP_REBALANCE' });
    const joined = await member.join(options, signal());

    assert.notEqual(joined.memberId, memberId);
    assert.equal(member.generation, joined.generation);
  });

  test('counts as lost when the coordinator is silent for longer than it may be', async t => {
    const proxy = await FlakyProxy.start(testBootstrap());
    t.after(() => proxy.close());
    const { member } = createMember(t, { bootstrap: proxy.bootstrapServers, silenceMaxMs: 1000 });
    await member.join(options, signal());

    proxy.refuses = true;
    proxy.cutAll();

    await assert.rejects(member.join(options, signal()), { code: 'GROUP_REBALANCE' });
    assert.equal(member.generation, -1);
    proxy.refuses = false;
  });

  test('knows that it is a member while the round waits for another one, and hears when it is put out', async t => {
    const losses: boolean[] = [];
    let aliveCount = 0;
    const enough = createDeferred<undefined>();
    const watch = {
      alive: () => {
        aliveCount += 1;
        // More than the silence that would be borne.
        if (aliveCount > 30) enough.resolve(undefined);
      },
      lost: (isTold: boolean) => void losses.push(isTold),
    };
    const { member, client, groupId } = createMember(t, { bootstrap: testBootstrap(), silenceMaxMs: 5000, watch });
    await member.join(options, signal());
    const { member: slow } = createMember(t, { bootstrap: testBootstrap(), groupId });
    const slowJoined = slow.join(options, signal());
    await member.awaitRejoin();
    await Promise.all([member.join(options, signal()), slowJoined]);
    const { memberId } = member;
    aliveCount = 0;

    // The leader's wish for a round is one for all, and the other member takes its time.
    const round = assert.rejects(member.join(options, signal()), { code: 'GROUP_REBALANCE' });
    await enough.promise;
    const lossesMeanwhile = [...losses];
    const other = new GroupCoordinator({ client, groupId, log });
    t.after(() => other.close());
    await other.call('Putting the member out', broker => broker.leaveGroup({ groupId, memberId }));
    await round;

    assert.deepEqual(lossesMeanwhile, []);
    assert.deepEqual(losses, [true]);
  });

  test('hears of a silent coordinator between rounds as well', async t => {
    const proxy = await FlakyProxy.start(testBootstrap());
    t.after(() => proxy.close());
    const { member } = createMember(t, { bootstrap: proxy.bootstrapServers, silenceMaxMs: 1000 });
    await member.join(options, signal());

    proxy.refuses = true;
    proxy.cutAll();
    const reason = await member.awaitRejoin();

    assert.equal(reason.kind, 'lost');
    proxy.refuses = false;
  });
});
