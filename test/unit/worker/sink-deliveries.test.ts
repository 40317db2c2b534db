import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SinkDeliveries } from '../../../src/worker/sink-deliveries.ts';

const delivery = (seq: number, offset: number, partition = 0) => ({
  seq,
  bytes: Buffer.from(`batch ${seq}`),
  recordCount: 10,
  positions: [{ topic: 't', partition, offset }],
});

describe('sink deliveries', () => {
  test('bound what is sent and not durable', () => {
    const deliveries = new SinkDeliveries(2);

    deliveries.add(delivery(1, 10));
    deliveries.add(delivery(2, 20));

    assert.equal(deliveries.hasRoom, false);
    deliveries.taken(1);
    assert.equal(deliveries.hasRoom, false);
    deliveries.durable(1, []);
    assert.equal(deliveries.hasRoom, true);
  });

  test('let offsets be committed only once they are durable (I5)', () => {
    const deliveries = new SinkDeliveries(4);
    deliveries.add(delivery(1, 10));
    deliveries.add(delivery(2, 20));

    deliveries.taken(1);
    deliveries.taken(2);
    const early = deliveries.committable();
    deliveries.durable(1, []);

    assert.deepEqual(early, []);
    assert.deepEqual(deliveries.committable(), [{ topic: 't', partition: 0, offset: 10 }]);
  });

  test('commit the lower offset that the sink names', () => {
    const deliveries = new SinkDeliveries(4);
    deliveries.add(delivery(1, 10));
    deliveries.taken(1);

    deliveries.durable(1, [{ topic: 't', partition: 0, offset: 4 }]);

    assert.deepEqual(deliveries.committable(), [{ topic: 't', partition: 0, offset: 4 }]);
  });

  test('let what was skipped be committed at once when nothing is on its way', () => {
    const deliveries = new SinkDeliveries(4);

    deliveries.skip([{ topic: 't', partition: 0, offset: 7 }]);

    assert.deepEqual(deliveries.committable(), [{ topic: 't', partition: 0, offset: 7 }]);
    assert.ok(deliveries.isEmpty);
  });

  test('hold what was skipped until the batch before it is durable (I5)', () => {
    const deliveries = new SinkDeliveries(4);
    deliveries.add(delivery(1, 10));
    deliveries.skip([{ topic: 't', partition: 0, offset: 15 }]);
    deliveries.taken(1);

    const early = deliveries.committable();
    deliveries.durable(1, []);

    assert.deepEqual(early, []);
    assert.deepEqual(deliveries.committable(), [{ topic: 't', partition: 0, offset: 15 }]);
  });

  test('take an offset that may be of another partition for no more than a bound', () => {
    const deliveries = new SinkDeliveries(4);
    deliveries.add(delivery(1, 10));
    deliveries.taken(1);

    deliveries.durable(1, [{ topic: 't', partition: 0, offset: 99, isAmbiguous: true }]);

    assert.deepEqual(deliveries.committable(), [{ topic: 't', partition: 0, offset: 10 }]);
  });

  test('refuse a durable offset above what was delivered', () => {
    const deliveries = new SinkDeliveries(4);
    deliveries.add(delivery(1, 10));
    deliveries.taken(1);

    assert.throws(() => deliveries.durable(1, [{ topic: 't', partition: 0, offset: 11 }]), {
      code: 'PROTOCOL_VIOLATION',
    });
  });

  test('refuse durability of what was never sent', () => {
    const deliveries = new SinkDeliveries(4);
    deliveries.add(delivery(1, 10));

    assert.throws(() => deliveries.durable(2, []), {
      code: 'PROTOCOL_VIOLATION',
      message: /covers batch 2, but only 1/,
    });
  });

  test('hand out a refused batch again, once, before anything new', () => {
    const deliveries = new SinkDeliveries(4);
    deliveries.add(delivery(1, 10));
    deliveries.add(delivery(2, 20));
    deliveries.retry(1);
    deliveries.retry(2);

    assert.equal(deliveries.hasRoom, false);
    const again = deliveries.takeRetries();

    assert.deepEqual(
      again.map(one => one.seq),
      [1, 2],
    );
    assert.deepEqual(deliveries.takeRetries(), []);
    assert.equal(deliveries.hasRoom, true);
  });

  test('refuse durability of a batch that was to be sent again', () => {
    const deliveries = new SinkDeliveries(4);
    deliveries.add(delivery(1, 10));
    deliveries.retry(1);

    assert.throws(() => deliveries.durable(1, []), { code: 'PROTOCOL_VIOLATION' });
  });

  test('refuse a second result for one batch', () => {
    const deliveries = new SinkDeliveries(4);
    deliveries.add(delivery(1, 10));
    deliveries.taken(1);

    assert.throws(() => deliveries.taken(1), { code: 'PROTOCOL_VIOLATION' });
  });

  test('forget the offsets of partitions that went away, those on their way too', () => {
    const deliveries = new SinkDeliveries(4);
    deliveries.add(delivery(1, 10, 0));
    deliveries.add(delivery(2, 20, 1));
    deliveries.durable(2, []);
    deliveries.add(delivery(3, 30, 0));

    deliveries.forget([{ topic: 't', partition: 0 }]);
    deliveries.durable(3, []);

    assert.deepEqual(deliveries.committable(), [{ topic: 't', partition: 1, offset: 20 }]);
  });
});
