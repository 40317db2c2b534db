import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createProgram } from '../../src/cli/program.ts';
import { packageRoot } from '../../src/config/package-root.ts';
import { listSourceFiles } from '../support/source-files.ts';

const pages = listSourceFiles('', '.md').map(file => ({ file, text: readFileSync(join(packageRoot(), file), 'utf8') }));

/** What the pattern's first group matches anywhere in the documentation, with the page. */
function findAll(pattern: RegExp): readonly { readonly file: string; readonly match: string }[] {
  return pages.flatMap(({ file, text }) => [...text.matchAll(pattern)].map(found => ({ file, match: found[1] ?? '' })));
}

describe('the documentation', () => {
  test('names only npm scripts that exist', () => {
    const manifest = readFileSync(join(packageRoot(), 'package.json'), 'utf8');

    const missing = findAll(/\bnpm run (?:--silent )?([\w:-]+)/g).filter(
      ({ match }) => !manifest.includes(`"${match}": "`),
    );

    assert.deepEqual(missing, []);
  });

  test('names only commands of millrace that exist', () => {
    const commands = createProgram().commands.map(command => command.name());

    const missing = findAll(/(?:npx |`)millrace ([a-z]\w*)/g).filter(({ match }) => !commands.includes(match));

    assert.deepEqual(missing, []);
  });

  test('names only admin calls that exist', () => {
    const calls = listSourceFiles('proto/millrace/admin', '.proto').flatMap(file => {
      const text = readFileSync(join(packageRoot(), file), 'utf8');
      const service = /^service (\w+)/m.exec(text)?.[1] ?? '';
      return [...text.matchAll(/^ {2}rpc (\w+)/gm)].map(found => `${service}/${found[1] ?? ''}`);
    });

    const missing = findAll(/millrace\.admin\.v1\.(\w+\/\w+)/g).filter(({ match }) => !calls.includes(match));

    assert.deepEqual(missing, []);
    assert.ok(calls.length > 0);
  });

  test('links only to files that exist', () => {
    const missing = findAll(/\]\((?!https?:|#)([^)#\s]+)/g).filter(
      ({ file, match }) => !existsSync(join(packageRoot(), dirname(file), match)),
    );

    assert.deepEqual(missing, []);
  });

  test('has a README for every folder of src that holds code', () => {
    const folders = new Set(listSourceFiles('src', '.ts').map(file => file.split('/').slice(0, 2).join('/')));

    const missing = [...folders].filter(folder => !existsSync(join(packageRoot(), folder, 'README.md')));

    assert.deepEqual(missing, []);
  });
});
