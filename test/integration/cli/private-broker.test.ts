import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { probeBroker } from '../../../src/kafka/broker-probe.ts';
import { PrivateBroker } from '../../support/private-broker.ts';

describe('private broker', () => {
  let broker: PrivateBroker;
  before(async () => {
    broker = await PrivateBroker.start();
  });
  after(() => broker.dispose());

  const look = (): ReturnType<typeof probeBroker> =>
    probeBroker({ host: '127.0.0.1', port: Number(broker.bootstrapServers.split(':')[1]), timeoutMs: 2000 });

  test('keeps port and cluster through a stop and a restart', async () => {
    const first = await look();

    await broker.stop();
    const whileDown = await look();
    await broker.restart();
    const second = await look();

    assert.equal(whileDown, undefined);
    assert.deepEqual(second, first);
  });

  test('keeps port and cluster through a SIGKILL and a restart', async () => {
    const first = await look();

    await broker.kill();
    const whileDown = await look();
    await broker.restart();
    const second = await look();

    assert.equal(whileDown, undefined);
    assert.deepEqual(second, first);
  });
});
