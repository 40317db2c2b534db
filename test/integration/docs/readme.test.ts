import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pollUntil } from '../../../scripts/poll-until.ts';
import { SystemClock } from '../../../src/async/clock.ts';
import { packageRoot } from '../../../src/config/package-root.ts';
import { testBootstrap } from '../../support/broker.ts';
import { createTopic, readTopic } from '../../support/read-topic.ts';
import { StandaloneWorker, TestFolder, workerSettings } from '../../support/standalone-worker.ts';

/** The first block of a language in the README. */
function readBlock(language: string): string {
  const readme = readFileSync(join(packageRoot(), 'README.md'), 'utf8');
  const block = new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'm').exec(readme)?.[1];
  assert.ok(block !== undefined, `README has a block of ${language}`);
  return block;
}

describe("the README's first connector", () => {
  test('runs as it stands there and fills its topic', async () => {
    const folder = await TestFolder.create();
    const topic = `clock-${randomUUID()}`;
    await createTopic(testBootstrap(), { topic, partitions: 1 });
    await mkdir(folder.file('plugins/clock/node_modules'), { recursive: true });
    await symlink(packageRoot(), folder.file('plugins/clock/node_modules/millrace'));
    await writeFile(folder.file('plugins/clock/package.json'), '{ "type": "module" }');
    await writeFile(folder.file('plugins/clock/plugin.json'), readBlock('json'));
    const program = readBlock('js');
    await writeFile(folder.file('plugins/clock/main.js'), program.replace("topic: 'clock'", `topic: '${topic}'`));
    const settings = workerSettings(folder, testBootstrap(), { 'plugin.path': folder.file('plugins') });

    const worker = await StandaloneWorker.start([
      await folder.properties('worker.properties', settings),
      await folder.properties('clock.properties', {
        name: 'clock',
        'connector.class': 'ClockSource',
        'tasks.max': '1',
      }),
    ]);
    try {
      const wait = { what: 'a record', timeoutMs: 30_000, intervalMs: 100 };
      const record = await pollUntil(new SystemClock(), wait, async () => (await readTopic(testBootstrap(), topic))[0]);
      assert.match(String(record.message.value), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    } finally {
      await worker.stop();
      await folder.remove();
    }
  });
});
