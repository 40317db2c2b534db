import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/config/package-root.ts';
import { listSourceFiles } from '../support/source-files.ts';

const linesMax = 500;
const codeExtensions = ['.ts', '.mjs', '.js', '.py', '.proto', '.java'];

describe('code files', () => {
  test(`have at most ${linesMax} lines`, () => {
    const files = codeExtensions.flatMap(extension => listSourceFiles('', extension));

    const long = files.filter(
      file => readFileSync(join(packageRoot(), file), 'utf8').split('\n').length - 1 > linesMax,
    );

    assert.deepEqual(long, []);
    assert.ok(files.length > 0);
  });
});
