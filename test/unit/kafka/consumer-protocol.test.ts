import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import kafkajs from 'kafkajs';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../../src/kafka/consumer-protocol.ts';

const { AssignerProtocol } = kafkajs;

/** By the schema of Kafka 4.1 (ConsumerProtocolSubscription.json): version 3, one topic `t`, no user data, owns t-1, generation 5, rack `r`. */
const javaSubscription = Buffer.from(
  '0003' + '00000001' + '000174' + 'ffffffff' + '00000001' + '000174' + '00000001' + '00000001' + '00000005' + '000172',
  'hex',
);

describe('consumer protocol', () => {
  test('writes a subscription that owns nothing', () => {
    const bytes = encodeSubscription(['a', 'bc']);

    assert.equal(bytes.toString('hex'), '0001' + '00000002' + '000161' + '00026263' + 'ffffffff' + '00000000');
  });

  test('reads subscriptions of every version', () => {
    assert.deepEqual(decodeSubscription(encodeSubscription(['a', 'bc'])), {
      topics: ['a', 'bc'],
      owned: [],
      generation: -1,
    });
    assert.deepEqual(decodeSubscription(javaSubscription), {
      topics: ['t'],
      owned: [{ topic: 't', partition: 1 }],
      generation: 5,
    });
    assert.deepEqual(
      decodeSubscription(
        AssignerProtocol.MemberMetadata.encode({ version: 0, topics: ['t'], userData: Buffer.alloc(0) }),
      ),
      {
        topics: ['t'],
        owned: [],
        generation: -1,
      },
    );
  });

  test('takes the generation of an older cooperative member from its user data', () => {
    const bytes = Buffer.from('0001' + '00000001' + '000174' + '00000004' + '00000007' + '00000000', 'hex');

    assert.equal(decodeSubscription(bytes).generation, 7);
  });

  test('reads a subscription that ends where its version has more', () => {
    for (const version of ['0001', '0003']) {
      const bytes = Buffer.from(`${version}00000001000174ffffffff`, 'hex');

      assert.deepEqual(decodeSubscription(bytes), { topics: ['t'], owned: [], generation: -1 });
    }
  });

  test('is understood by kafkajs', () => {
    const subscription = AssignerProtocol.MemberMetadata.decode(encodeSubscription(['t']));
    const assignment = AssignerProtocol.MemberAssignment.decode(
      encodeAssignment([
        { topic: 't', partition: 0 },
        { topic: 'u', partition: 4 },
        { topic: 't', partition: 2 },
      ]),
    );

    assert.deepEqual(subscription?.topics, ['t']);
    assert.deepEqual(assignment?.assignment, { t: [0, 2], u: [4] });
  });

  test('reads assignments, those without bytes as empty', () => {
    const bytes = AssignerProtocol.MemberAssignment.encode({
      version: 0,
      assignment: { t: [0, 2] },
      userData: Buffer.alloc(0),
    });

    assert.deepEqual(decodeAssignment(bytes), [
      { topic: 't', partition: 0 },
      { topic: 't', partition: 2 },
    ]);
    assert.deepEqual(decodeAssignment(new Uint8Array()), []);
  });

  test('refuses bytes that end too early or promise more than they hold', () => {
    for (const length of [1, 2, 5, 6, 8, 10, 15, 20, 27, 31]) {
      assert.throws(() => decodeSubscription(javaSubscription.subarray(0, length)), ConnectError);
    }
    assert.throws(() => decodeAssignment(Buffer.from('00017fffffff', 'hex')), /ends too early/);
  });
});
