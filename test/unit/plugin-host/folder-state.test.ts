import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { readFolderState } from '../../../src/plugin-host/folder-state.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'state-'));
  mkdirSync(join(folder, 'lib'));
  writeFileSync(join(folder, 'plugin.json'), '{}');
  writeFileSync(join(folder, 'lib', 'main.js'), 'one');
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('the state of a folder', () => {
  test('stays the same when files are read, and when dependencies are installed', () => {
    const before = readFolderState(folder);

    readFileSync(join(folder, 'lib', 'main.js'));
    mkdirSync(join(folder, 'node_modules'));
    writeFileSync(join(folder, 'node_modules', 'index.js'), 'x');
    mkdirSync(join(folder, '__pycache__'));
    writeFileSync(join(folder, '__pycache__', 'main.pyc'), 'x');

    assert.equal(readFolderState(folder), before);
    assert.notEqual(before, '');
  });

  const changes: Record<string, () => void> = {
    'a file is written': () => writeFileSync(join(folder, 'lib', 'main.js'), 'other'),
    'a file is added': () => writeFileSync(join(folder, 'lib', 'more.js'), ''),
    'a file is removed': () => rmSync(join(folder, 'lib', 'main.js')),
    'a file is renamed': () => renameSync(join(folder, 'lib', 'main.js'), join(folder, 'lib', 'n.js')),
    'a file is replaced by one of the same size and time': () => {
      const file = join(folder, 'lib', 'main.js');
      const { atime, mtime } = statSync(file);
      writeFileSync(`${file}.new`, 'two');
      utimesSync(`${file}.new`, atime, mtime);
      renameSync(`${file}.new`, file);
    },
  };
  for (const [what, change] of Object.entries(changes)) {
    test(`is another when ${what}`, () => {
      const before = readFolderState(folder);

      change();

      assert.notEqual(readFolderState(folder), before);
    });
  }
});
