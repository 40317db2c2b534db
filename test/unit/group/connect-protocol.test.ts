import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import {
  decodeAssignment,
  decodeMetadata,
  encodeAssignment,
  encodeMetadata,
  type WorkerAssignment,
} from '../../../src/group/connect-protocol.ts';
import { decodeLeaderAddress, encodeLeaderAddress } from '../../../src/group/worker-peer.ts';
import { nothing } from '../../../src/group/connectors-and-tasks.ts';

const assignment: WorkerAssignment = {
  error: 0,
  leader: 'leader',
  leaderUrl: 'http://w:8083',
  configOffset: 5,
  assigned: {
    connectors: ['c'],
    tasks: [
      { connector: 'c', task: 0 },
      { connector: 'c', task: 1 },
      { connector: 'e', task: 0 },
    ],
  },
  revoked: {
    connectors: ['d'],
    tasks: [
      { connector: 'd', task: 3 },
      { connector: 'c', task: 2 },
    ],
  },
  delayMs: 1500,
};

/** What Kafka Connect 4.1.0's classes write for {@link assignment}; `test/conformance/parity/connect-group.test.ts` asks them anew. */
const head = '0000' + '00066c6561646572' + '000d687474703a2f2f773a38303833' + '0000000000000005';
const assigned = '00000002' + '000163' + '00000003' + 'ffffffff0000000000000001' + '000165' + '0000000100000000';
const revoked = '00000002' + '000164' + '00000002' + 'ffffffff00000003' + '000163' + '0000000100000002';
const bytesOf: Readonly<Record<0 | 1 | 2, string>> = {
  0: `0000${head}${assigned}`,
  1: `0001${head}${assigned}${revoked}000005dc`,
  2: `0002${head}${assigned}${revoked}000005dc`,
};

describe("a worker's assignment", () => {
  for (const version of [0, 1, 2] as const) {
    test(`has in version ${version} the bytes that Kafka Connect writes`, () => {
      assert.equal(encodeAssignment(assignment, version).toString('hex'), bytesOf[version]);
    });
  }

  test('is read from every version, later ones included', () => {
    const later = Buffer.from(`0007${bytesOf[2].slice(4)}cafe`, 'hex');

    assert.deepEqual(decodeAssignment(Buffer.from(bytesOf[0], 'hex')), { ...assignment, revoked: nothing, delayMs: 0 });
    assert.deepEqual(decodeAssignment(Buffer.from(bytesOf[1], 'hex')), assignment);
    assert.deepEqual(decodeAssignment(Buffer.from(bytesOf[2], 'hex')), assignment);
    assert.deepEqual(decodeAssignment(later), assignment);
  });

  test('may lack its last fields, or have null for lists', () => {
    const empty = { ...assignment, assigned: nothing, revoked: nothing, delayMs: 0 };

    assert.deepEqual(decodeAssignment(Buffer.from(`0001${head}`, 'hex')), empty);
    assert.deepEqual(decodeAssignment(Buffer.from(`0001${head}ffffffff`, 'hex')), empty);
    assert.deepEqual(decodeAssignment(Buffer.from(`0001${head}ffffffffffffffff`, 'hex')), empty);
    assert.deepEqual(decodeAssignment(Buffer.from(`0001${head}ffffffffffffffff00000000`, 'hex')), empty);
  });

  test('is refused when it is cut within a field, or of a negative version', () => {
    const bytes = Buffer.from(bytesOf[1], 'hex');
    const ends = [bytes.length, bytes.length - 4, (bytesOf[0].length + 0) / 2, (4 + head.length) / 2];

    for (let length = 0; length < bytes.length; length += 1) {
      if (!ends.includes(length)) assert.throws(() => decodeAssignment(bytes.subarray(0, length)), ConnectError);
    }
    assert.throws(() => decodeAssignment(Buffer.from(`ffff${head}`, 'hex')), {
      code: 'KAFKA_REQUEST_FAILED',
      message: /Version -1/,
    });
  });
});

describe("a worker's metadata", () => {
  const url = '000d687474703a2f2f773a38303833';
  const state = { url: 'http://w:8083', configOffset: 5, allocation: null, isRestarting: false };

  test('has the bytes that Kafka Connect writes', () => {
    const withWork = { ...state, allocation: assignment };

    assert.equal(encodeMetadata(withWork, 0).toString('hex'), `0000${url}0000000000000005`);
    assert.equal(
      encodeMetadata({ ...state, configOffset: -1 }, 1).toString('hex'),
      `0001${url}ffffffffffffffffffffffff`,
    );
    assert.equal(
      encodeMetadata(withWork, 2).toString('hex'),
      `0002${url}0000000000000005${lengthOf(bytesOf[2])}${bytesOf[2]}`,
    );
  });

  test('is read from every version', () => {
    const withWork = { ...state, allocation: assignment };

    assert.deepEqual(decodeMetadata(encodeMetadata(withWork, 0)), state);
    assert.deepEqual(decodeMetadata(encodeMetadata(withWork, 1)), withWork);
    assert.deepEqual(decodeMetadata(encodeMetadata(withWork, 2)), withWork);
    assert.deepEqual(decodeMetadata(encodeMetadata({ ...state, configOffset: -1 }, 2)), { ...state, configOffset: -1 });
  });

  test('tells where the worker is reached behind all that Kafka Connect reads', () => {
    const withPeer = { ...state, peer: { grpcAddress: 'w:9083', version: '1.2' } };

    const bytes = encodeMetadata(withPeer, 2);

    const [name, address, version] = ['millrace', 'w:9083', '1.2'].map(text => Buffer.from(text).toString('hex'));
    assert.equal(
      bytes.toString('hex'),
      `${encodeMetadata(state, 2).toString('hex')}0008${name}000006${address}0003${version}`,
    );
    assert.deepEqual(decodeMetadata(bytes), withPeer);
    assert.deepEqual(decodeMetadata(encodeMetadata({ ...withPeer, isRestarting: true }, 2)), {
      ...withPeer,
      isRestarting: true,
    });
  });

  test('tells of a coming restart behind all that Kafka Connect reads', () => {
    const restarting = { ...state, isRestarting: true };

    const bytes = encodeMetadata(restarting, 2);

    assert.equal(
      bytes.toString('hex'),
      `${encodeMetadata(state, 2).toString('hex')}0008${Buffer.from('millrace').toString('hex')}01`,
    );
    assert.deepEqual(decodeMetadata(bytes), restarting);
  });

  test('may be followed by what a later version adds', () => {
    const bytes = Buffer.concat([encodeMetadata(state, 2), Buffer.from('00046f74686572ff', 'hex')]);

    assert.deepEqual(decodeMetadata(bytes), state);
  });

  test('is refused when it ends too early, or when a text is too long to be sent', () => {
    assert.throws(() => decodeMetadata(Buffer.from(`0001${url}0000`, 'hex')), /ends too early/);
    assert.throws(() => encodeMetadata({ ...state, url: 'x'.repeat(40_000) }, 2), /string of 40000 bytes/);
  });
});

function lengthOf(hex: string): string {
  return (hex.length / 2).toString(16).padStart(8, '0');
}

describe("the leader's address", () => {
  const bytes = encodeAssignment(assignment, 2);

  test('stands at the end of an assignment, whatever stands before it', () => {
    const told = Buffer.concat([bytes, Buffer.from('anything'), encodeLeaderAddress('w:9083')]);

    assert.equal(decodeLeaderAddress(told), 'w:9083');
    assert.deepEqual(decodeAssignment(told), assignment);
  });

  test('is null where the leader tells none, or what stands there is cut or goes on', () => {
    const told = Buffer.concat([bytes, encodeLeaderAddress('w:9083')]);

    assert.equal(encodeLeaderAddress(undefined).length, 0);
    assert.equal(decodeLeaderAddress(bytes), null);
    assert.equal(decodeLeaderAddress(told.subarray(0, -1)), null);
    assert.equal(decodeLeaderAddress(Buffer.concat([told, Buffer.from('x')])), null);
  });
});
