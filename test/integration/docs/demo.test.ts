import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { Kafka } from 'kafkajs';
import { readAllProcesses } from '../../../scripts/process-tree.ts';
import { testBootstrap } from '../../support/broker.ts';
import { programArguments } from '../../support/program-command.ts';

const lines = 3000;

/** Names of topics and groups in the tests' broker. */
async function readNames(): Promise<readonly string[]> {
  const admin = new Kafka({ brokers: [testBootstrap()] }).admin();
  await admin.connect();
  try {
    const { groups } = await admin.listGroups();
    return [...(await admin.listTopics()), ...groups.map(({ groupId }) => groupId)];
  } finally {
    await admin.disconnect();
  }
}

describe('the demo', () => {
  test('loses its leader and a plugin process, no line, and leaves nothing behind', async () => {
    const program = programArguments('scripts/demo/demo.ts');
    const args = ['--bootstrap', testBootstrap(), '--lines', String(lines)];
    const demo = spawn(process.execPath, [...program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });

    const [output] = await Promise.all([text(demo.stdout), once(demo, 'exit')]);

    assert.equal(demo.exitCode, 0, output);
    assert.match(output, /^demo: 3,000 lines in, [\d,]+ lines out, identical as sets \(0 missing, 0 foreign, /m);
    assert.match(output, /Kill +kill -9 \d+: worker-\d, which leads/);
    assert.match(output, /No rebalance: generation (\d+) before, \1 after/);
    const [name = ''] = /millrace-demo-[0-9a-f]{8}/.exec(output) ?? [];
    assert.notEqual(name, '');
    const left = [
      ...(await readNames()),
      ...(await readdir(tmpdir())),
      ...(await readAllProcesses()).map(({ command }) => command),
    ].filter(each => each.includes(name));
    assert.deepEqual(left, []);
  });
});
