import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { packageRoot } from '../../src/config/package-root.ts';
import { listSourceFiles } from '../support/source-files.ts';
import { findBreach } from './import-rules.ts';

describe('imports', () => {
  const files = [...listSourceFiles('src', '.ts'), ...listSourceFiles('plugins/typescript', '.ts')];

  test('go only to folders of earlier levels, and packages only to their owners', () => {
    const imports = files.flatMap(file => {
      const text = readFileSync(join(packageRoot(), file), 'utf8');
      return ts.preProcessFile(text).importedFiles.map(({ fileName }) => ({ file, specifier: fileName }));
    });

    const breaches = imports.map(findBreach).filter(breach => breach !== undefined);

    assert.deepEqual(breaches, []);
    assert.ok(imports.length > 0);
  });

  for (const [file, specifier, isAllowed] of [
    ['src/worker/a.ts', '../kafka/b.ts', true],
    ['src/worker/a.ts', './deep/b.ts', true],
    ['src/kafka/a.ts', '../plugin-host/b.ts', false],
    ['src/kafka/a.ts', '../worker/b.ts', false],
    ['src/kafka/deep/a.ts', '../../worker/b.ts', false],
    ['src/unknown/a.ts', '../errors/codes.ts', false],
    ['src/worker/a.ts', '../../test/support/b.ts', false],
    ['src/kafka/a.ts', 'kafkajs', true],
    ['src/worker/a.ts', 'kafkajs', false],
    ['src/herder/a.ts', '@grpc/grpc-js', false],
    ['src/converters/json/a.ts', 'avsc', false],
    ['src/cli/a.ts', 'pino', false],
    ['src/cli/a.ts', 'node:fs', true],
    ['plugins/typescript/x/a.ts', '../../../src/sdk/index.ts', true],
    ['plugins/typescript/x/a.ts', '../../../src/config/b.ts', false],
  ] as const) {
    test(`of ${specifier} by ${file} are ${isAllowed ? 'allowed' : 'a breach'}`, () => {
      const breach = findBreach({ file, specifier });

      assert.equal(breach === undefined, isAllowed);
    });
  }
});
