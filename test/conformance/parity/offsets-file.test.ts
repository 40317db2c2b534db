import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { packageRoot } from '../../../src/config/package-root.ts';
import { decodeHashMap, encodeHashMap, type HashMapEntry } from '../../../src/storage/java-hashmap-file.ts';
import { inJavaHashOrder } from '../../../src/data/java-hash-order.ts';

/** Runs `OffsetsFile.java` and answers its lines. */
function runJava(args: readonly string[], stdin = ''): readonly string[] {
  const program = join(packageRoot(), 'test/conformance/parity/OffsetsFile.java');
  const result = spawnSync('java', [program, ...args], { input: stdin, encoding: 'utf8', timeout: 60_000 });
  if (result.error !== undefined)
    throw new Error(`This test needs a JDK (17 or newer): 'java' on the PATH. ${result.error.message}`);
  assert.equal(result.status, 0, result.stderr);
  return result.stdout.split('\n').filter(line => line !== '');
}

const hex = (bytes: Uint8Array | null): string => (bytes === null ? '-' : `x${Buffer.from(bytes).toString('hex')}`);
const toLines = (entries: readonly HashMapEntry[]): readonly string[] =>
  entries.map(entry => `${hex(entry.key)} ${hex(entry.value)}`).toSorted();

function entriesOf(count: number): readonly HashMapEntry[] {
  return Array.from({ length: count }, (_, index) => ({
    key: index === 3 ? null : Buffer.from(`["connector-ü",{"filename":"/${index}"}]`),
    value: index === 1 ? null : Buffer.from(`{"position":${index}}`),
  }));
}

describe('the offsets file beside real Java', () => {
  let folder = '';

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-offsets-'));
  });
  after(async () => rm(folder, { recursive: true }));

  for (const count of [0, 1, 12, 13, 500]) {
    test(`with ${count} offsets is read by Java as we wrote it`, async () => {
      const path = join(folder, `ours-${count}`);
      await writeFile(path, encodeHashMap(entriesOf(count)));

      assert.deepEqual(runJava(['read', path]).toSorted(), toLines(entriesOf(count)));
    });

    test(`with ${count} offsets is read by us as Java wrote it, and written again to the byte`, async () => {
      const path = join(folder, `javas-${count}`);
      runJava(['write', path], toLines(entriesOf(count)).join('\n'));

      const bytes = await readFile(path);

      const entries = decodeHashMap(bytes);
      assert.deepEqual(toLines(entries), toLines(entriesOf(count)));
      assert.equal(encodeHashMap(entries).toString('hex'), bytes.toString('hex'));
    });
  }

  test('has the fields of a new partition in the order of a Java HashMap', () => {
    const names = Array.from({ length: 40 }, (_, index) => `field-${index * index}-${'abcde'[index % 5]}ü`);

    const ours = inJavaHashOrder(new Map(names.map(name => [name, true])));

    assert.deepEqual([...ours.keys()], runJava(['order'], names.join('\n')));
  });
});
