import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/config/package-root.ts';
import { listSourceFiles } from '../support/source-files.ts';

const read = (file: string): string => readFileSync(join(packageRoot(), file), 'utf8');

describe('the project', () => {
  test('names no path of one machine', () => {
    const machinePath = new RegExp(`(^|[^A-Za-z0-9_.])/(${['work', 'root', 'farm', 'home', 'Users'].join('|')})/`, 'm');

    const files = listSourceFiles('', '').filter(file => machinePath.test(read(file)));

    assert.deepEqual(files, []);
  });

  test('names no package registry', () => {
    const places = [
      { file: 'package-lock.json', address: /"resolved":\s*"https?:/ },
      { file: '.npmrc', address: /registry\s*=/ },
      ...listSourceFiles('', 'pom.xml').map(file => ({ file, address: /<(repository|pluginRepository|mirror)>/ })),
      ...listSourceFiles('', 'requirements.txt').map(file => ({ file, address: /index-url|https?:/ })),
    ];

    const breaches = places.filter(({ file, address }) => address.test(read(file))).map(({ file }) => file);

    assert.deepEqual(breaches, []);
  });
});
