import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { encodeAssignment } from '../../../src/group/connect-protocol.ts';
import { nothing } from '../../../src/group/connectors-and-tasks.ts';
import { decodeLeaderAddress, encodeLeaderAddress } from '../../../src/group/worker-peer.ts';

const head = { error: 0, leader: 'l', configOffset: 3, assigned: nothing, revoked: nothing, delayMs: 0 };
const plain = encodeAssignment({ ...head, leaderUrl: 'http://l/' }, 2);
const told = encodeLeaderAddress('l:9083');

describe("the leader's gRPC address behind an assignment", () => {
  test('is read at its end, whatever stands before it', () => {
    assert.equal(decodeLeaderAddress(Buffer.concat([plain, told])), 'l:9083');
    assert.equal(decodeLeaderAddress(Buffer.concat([plain, encodeLeaderAddress('old:1'), told])), 'l:9083');
    assert.equal(decodeLeaderAddress(Buffer.concat([plain, encodeLeaderAddress('')])), '');
  });

  test('is none where a leader tells none, though its own fields look like one', () => {
    const mark = told.subarray(0, told.length - 'l:9083'.length - 2).toString('latin1');

    assert.equal(encodeLeaderAddress(undefined).length, 0);
    assert.equal(decodeLeaderAddress(plain), null);
    assert.equal(decodeLeaderAddress(encodeAssignment({ ...head, leaderUrl: `${mark}\0\0` }, 0)), null);
  });

  test('is none when it is cut, or more follows', () => {
    const bytes = Buffer.concat([plain, told]);

    for (const cut of [1, 7, 8]) assert.equal(decodeLeaderAddress(bytes.subarray(0, -cut)), null);
    assert.equal(decodeLeaderAddress(Buffer.concat([bytes, Buffer.of(0)])), null);
  });

  test('is not looked for in an assignment that is none', () => {
    assert.throws(() => decodeLeaderAddress(told), { code: 'KAFKA_REQUEST_FAILED' });
  });
});
