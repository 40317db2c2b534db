import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeMetadata } from '../../../src/group/connect-protocol.ts';
import { offerProtocols, versionOfProtocol, versionOfSetting } from '../../../src/group/protocol-offer.ts';

const metadata = { url: 'http://w:8083/', configOffset: 5, allocation: null, isRestarting: false };

describe('the protocols that a worker offers', () => {
  // KIP-415, KIP-507; the number is the version that its metadata begins with.
  for (const [setting, offered] of [
    ['sessioned', { sessioned: 2, compatible: 1, default: 0 }],
    ['compatible', { compatible: 1, default: 0 }],
    ['eager', { default: 0 }],
  ] as const) {
    test(`with connect.protocol=${setting} are ${Object.keys(offered).join(', ')}, in this order`, () => {
      const protocols = offerProtocols(setting, metadata);

      assert.deepEqual(
        protocols.map(({ name, metadata: bytes }) => [name, Buffer.from(bytes).readInt16BE()]),
        Object.entries(offered),
      );
      for (const { metadata: bytes } of protocols) assert.deepEqual(decodeMetadata(bytes), metadata);
      assert.equal(versionOfSetting(setting), Math.max(...Object.values(offered)));
    });
  }

  test('have the version that their name stands for when the group picks one', () => {
    assert.deepEqual(['default', 'compatible', 'sessioned'].map(versionOfProtocol), [0, 1, 2]);
  });
});
