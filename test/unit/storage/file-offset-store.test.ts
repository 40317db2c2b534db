import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';

import { SystemClock } from '../../../src/async/clock.ts';
import { toConnectError } from '../../../src/errors/connect-error.ts';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { FileOffsetStore } from '../../../src/storage/file-offset-store.ts';
import { decodeHashMap, encodeHashMap } from '../../../src/storage/java-hashmap-file.ts';
import { testOffsetStore } from '../../support/offset-store-contract.ts';

const bytes = (text: string): Buffer => Buffer.from(text);
const write = (partition: string, offset: string | null) => ({
  partitionJson: bytes(partition),
  offsetJson: offset === null ? null : bytes(offset),
});

testOffsetStore('the file offset store', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-offsets-'));
  const opened: FileOffsetStore[] = [];
  t.after(async () => {
    for (const store of opened) await store.close();
    await rm(folder, { recursive: true });
  });
  return async () => {
    const path = join(folder, 'connect.offsets');
    const store = new FileOffsetStore({ path, clock: new SystemClock(), log: createSilentLogger() });
    opened.push(store);
    await store.load();
    return store;
  };
});

describe('the file offset store', () => {
  let folder = '';
  let path = '';
  const opened: FileOffsetStore[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-offsets-'));
    path = join(folder, 'connect.offsets');
  });
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
    await rm(folder, { recursive: true });
  });

  async function open(at = path): Promise<FileOffsetStore> {
    const store = new FileOffsetStore({ path: at, clock: new SystemClock(), log: createSilentLogger() });
    opened.push(store);
    await store.load();
    return store;
  }

  async function fileEntries(): Promise<readonly (readonly [string, string])[]> {
    return decodeHashMap(await readFile(path)).map(entry => [
      Buffer.from(entry.key ?? []).toString(),
      Buffer.from(entry.value ?? []).toString(),
    ]);
  }

  async function offsetsOf(store: FileOffsetStore, connector: string): Promise<readonly string[]> {
    const offsets = await store.get(connector);
    return offsets.map(each =>
      [each.partitionJson, each.offsetJson].map(json => Buffer.from(json).toString()).join(' '),
    );
  }

  test('starts empty without a file', async () => {
    const store = await open();

    assert.deepEqual([await store.connectors(), await store.get('c')], [[], []]);
  });

  test('shows what was put to the next worker', async () => {
    const first = await open();
    await first.put('c', [write('{"filename": "/a"}', '{"position": 42}')]);
    await first.close();

    const second = await open();

    assert.deepEqual(await offsetsOf(second, 'c'), ['{"filename":"/a"} {"position":42}']);
    assert.deepEqual(await fileEntries(), [['["c",{"filename":"/a"}]', '{"position":42}']]);
  });

  test('shares one rewrite among the puts that wait, and the later of two wins', async () => {
    const store = await open();

    await Promise.all(
      Array.from({ length: 500 }, (_, index) =>
        store.put(`c${index % 2}`, [write(`{"p":${index % 10}}`, `{"o":${index}}`)]),
      ),
    );

    assert.deepEqual(
      (await fileEntries()).toSorted().map(([key, value]) => `${key} ${value}`),
      Array.from({ length: 10 }, (_, index) => `["c${index % 2}",{"p":${index}}] {"o":${490 + index}}`).toSorted(),
    );
  });

  test('refuses a wrong entry without failing the puts that wait with it', async () => {
    const store = await open();

    const results = await Promise.allSettled([
      store.put('a', [write('{"p":1}', '{"o":1}')]),
      store.put('b', [write('{"p":1}', '{"o":[1]}')]),
    ]);

    assert.deepEqual(
      results.map(result => result.status),
      ['fulfilled', 'rejected'],
    );
    assert.deepEqual(await store.connectors(), ['a']);
  });

  test('refuses a file cut off at any byte and leaves it as it is', async () => {
    const whole = encodeHashMap([{ key: bytes('["c",{"filename":"/a"}]'), value: bytes('{"position":42}') }]);
    for (let length = 0; length < whole.length; length += 1) {
      await writeFile(path, whole.subarray(0, length));

      await assert.rejects(open(), { code: 'OFFSET_FILE_INVALID' }, `cut at ${length}`);
      assert.equal((await stat(path)).size, length);
    }
  });

  test('tells path, fault and remedy of a foreign file', async () => {
    await writeFile(path, '{"offsets":[]}');

    await assert.rejects(open(), {
      code: 'OFFSET_FILE_INVALID',
      message:
        `Offsets file '${path}' is torn or of another program: it does not start with AC ED 00 05 as a Java object stream does. ` +
        'Restore it from a backup, or remove it to let every source connector start from the beginning',
      details: { path },
    });
  });

  test('lets go of the lock when the file is not usable', async () => {
    await writeFile(path, '');
    await assert.rejects(open(), { code: 'OFFSET_FILE_INVALID' });
    await rm(path);

    await assert.doesNotReject(open());
  });

  test('is not shared within one process either', async () => {
    await open();

    await assert.rejects(open(), {
      code: 'OFFSET_FILE_LOCKED',
      message:
        `Offsets file '${path}' is in use by the worker with process id ${process.pid}. ` +
        "Stop that worker, or give each its own 'offset.storage.file.filename'",
      details: { path, pid: String(process.pid) },
    });
  });

  test('is one file under all its names', async () => {
    await writeFile(path, encodeHashMap([]));
    await symlink(path, join(folder, 'link'));
    const store = await open(join(folder, 'link'));

    await assert.rejects(open(), { code: 'OFFSET_FILE_LOCKED' });
    await store.put('c', [write('{}', '{}')]);

    assert.deepEqual(await fileEntries(), [['["c",{}]', '{}']]);
  });

  test('keeps the old file whole and can go on after a failed write', async () => {
    const store = await open();
    await store.put('c', [write('{"p":1}', '{"o":1}')]);
    // A folder in the way of the temporary file fails the write even for root.
    await mkdir(join(folder, '.connect.offsets.new', 'in-the-way'), { recursive: true });

    await assert.rejects(store.put('c', [write('{"p":1}', '{"o":2}')]), { code: 'OFFSET_FILE_IO', isRetriable: true });
    assert.deepEqual(await offsetsOf(store, 'c'), ['{"p":1} {"o":1}']);
    assert.deepEqual(await fileEntries(), [['["c",{"p":1}]', '{"o":1}']]);

    await rm(join(folder, '.connect.offsets.new'), { recursive: true });
    await store.put('c', [write('{"p":1}', '{"o":3}')]);
    assert.deepEqual(await fileEntries(), [['["c",{"p":1}]', '{"o":3}']]);
  });

  test('says that the folder is missing', async () => {
    await assert.rejects(open(join(folder, 'nowhere', 'offsets')), {
      code: 'OFFSET_FILE_IO',
      message: new RegExp(`^Offsets file '${folder}/nowhere/offsets' cannot be locked: ENOENT`),
    });
  });

  test('keeps the permissions of the file and leaves nothing else behind but the lock file', async () => {
    await writeFile(path, encodeHashMap([]));
    await chmod(path, 0o640);
    const store = await open();

    await store.put('c', [write('{}', '{}')]);

    assert.equal((await stat(path)).mode & 0o777, 0o640);
    assert.deepEqual((await readdir(folder)).sort(), ['connect.offsets', 'connect.offsets.lock']);
  });

  test('bounds what waits for the next rewrite', async () => {
    const store = await open();
    const many = Array.from({ length: 100_000 }, (_, index) => write(`{"p":${index}}`, '{}'));

    const results = await Promise.allSettled([store.put('c', many), store.put('c', [write('{"p":0}', '{}')])]);

    assert.deepEqual(
      results.map(result => (result.status === 'rejected' ? toConnectError(result.reason).code : 'put')),
      ['put', 'QUEUE_FULL'],
    );
  });
});
