import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/config/package-root.ts';
import { listSourceFiles } from '../support/source-files.ts';

/** A line that declares a service, rpc, message, oneof, enum, enum value or field. */
const declaration = /^\s*((service|rpc|message|oneof|enum)\s+\w+|[\w.<>, ]*\w+\s*=\s*\d+(\s*\[.*\])?;)/;

/** Declarations that have a comment neither on the line above nor behind them. */
function findUncommented(text: string): readonly string[] {
  const lines = text.split('\n');
  return lines.filter((line, index) => {
    if (!declaration.test(line) || line.includes('//')) return false;
    return !(lines[index - 1] ?? '').trim().startsWith('//');
  });
}

describe('proto files', () => {
  test('comment every service, rpc, message, field and enum value', () => {
    const files = listSourceFiles('proto', '.proto');

    const uncommented = files.flatMap(file =>
      findUncommented(readFileSync(join(packageRoot(), file), 'utf8')).map(line => `${file}: ${line.trim()}`),
    );

    assert.deepEqual(uncommented, []);
    assert.ok(files.length > 0);
  });

  test('are found out when a comment is missing', () => {
    const text = 'message A {\n  // Said.\n  uint32 a = 1;\n  map<string, B> b = 2;\n}\n// Said.\nenum E { X = 0; }\n';

    const uncommented = findUncommented(text);

    assert.deepEqual(uncommented, ['message A {', '  map<string, B> b = 2;']);
  });
});
