import { describe, test } from 'node:test';
import {
  decodeAssignment,
  decodeMetadata,
  encodeAssignment,
  encodeMetadata,
  type WorkerAssignment,
} from '../../../src/group/connect-protocol.ts';
import { checkDecoder } from '../../support/hostile-bytes.ts';

const assignment: WorkerAssignment = {
  error: 0,
  leader: 'worker-1',
  leaderUrl: 'http://a:8083/',
  configOffset: 12,
  assigned: {
    connectors: ['a', 'b'],
    tasks: [
      { connector: 'a', task: 0 },
      { connector: 'b', task: 3 },
    ],
  },
  revoked: { connectors: [], tasks: [{ connector: 'c', task: 1 }] },
  delayMs: 300_000,
};

describe('hostile bytes are taken or refused by', () => {
  for (const version of [0, 1, 2] as const) {
    test(`the reader of assignments, version ${version}`, () => {
      checkDecoder({ samples: [encodeAssignment(assignment, version)], decode: bytes => void decodeAssignment(bytes) });
    });

    test(`the reader of metadata, version ${version}`, () => {
      const metadata = { url: 'http://a:8083/', configOffset: 12, allocation: assignment, isRestarting: true };

      checkDecoder({ samples: [encodeMetadata(metadata, version)], decode: bytes => void decodeMetadata(bytes) });
    });
  }
});
