import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { findFreePort } from '../../../src/cli/broker/free-port.ts';
import { startMillrace } from '../../support/millrace-process.ts';

describe('millrace broker', () => {
  test('names the three ways and why each failed', async () => {
    const port = await findFreePort();

    const end = await startMillrace(['broker', '--port', String(port)], { PATH: '/nonexistent' }).ended;

    assert.deepEqual(end, {
      code: 1,
      signal: null,
      stdout: '',
      stderr: [
        'BROKER_UNAVAILABLE: No development broker: each of the three ways failed',
        `  A broker already listening: none on 127.0.0.1:${port}`,
        "  Docker Compose: 'docker info' is not on the PATH",
        "  Java and Maven: 'java -version' is not on the PATH",
        'Start a broker there, or start Docker, or install Java 17 or later and Maven',
        '',
      ].join('\n'),
    });
  });

  for (const [flag, value, reason] of [
    ['--port', '70000', 'A port is a number from 0 to 65535.'],
    ['--heap', 'much', "A heap size is a number with 'k', 'm' or 'g', as in 512m."],
  ] as const) {
    test(`refuses ${flag} ${value}`, async () => {
      const end = await startMillrace(['broker', flag, value]).ended;

      assert.equal(end.code, 1);
      assert.ok(end.stderr.includes(reason), end.stderr);
    });
  }
});
