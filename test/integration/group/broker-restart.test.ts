import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { ConfigTopic } from '../../support/config-topic.ts';
import { GroupWorkers } from '../../support/group-workers.ts';
import { PrivateBroker } from '../../support/private-broker.ts';

describe('workers whose broker is killed and comes back', () => {
  test('keep running what they have, and rebalance again', async t => {
    const broker = await PrivateBroker.start();
    t.after(() => broker.dispose());
    const configs = new ConfigTopic();
    configs.write('c', 6);
    const group = new GroupWorkers({ groupId: `connect-${randomUUID()}`, configs, sessionTimeoutMs: 150_000 });
    t.after(() => group.stop());
    const a = group.start('a', { bootstrap: broker.bootstrapServers });
    await group.untilBalanced();
    const b = group.start('b', { bootstrap: broker.bootstrapServers });
    await group.untilBalanced();
    const before = [a.history.length, b.history.length];

    await broker.kill();
    await broker.restart();
    const { generation } = a.coordinator;
    a.coordinator.requestRejoin('A round for all');
    await group.until('a round is over', () => a.coordinator.generation > generation, 60_000);
    await group.untilBalanced();

    assert.deepEqual([a.history.length, b.history.length], before);
  });
});
