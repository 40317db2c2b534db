import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parseProperties, readPropertiesFile } from '../../../src/config/properties-file.ts';

/** Text, and what java.util.Properties of Java 17 makes of it: its toString, keys sorted. */
const knownAnswers: readonly (readonly [text: string, parsed: string])[] = [
  ['a=b', '{a=b}'],
  ['a:b', '{a=b}'],
  ['a b', '{a=b}'],
  ['  a  =  b  ', '{a=b  }'],
  ['a', '{a=}'],
  ['a=', '{a=}'],
  ['=b', '{=b}'],
  ['#c\n!d\na=1', '{a=1}'],
  ['a=1\\\n   2', '{a=12}'],
  ['a=1\\\\\nb=2', '{a=1\\, b=2}'],
  ['a=1\\\n#x\nb=3', '{a=1#x, b=3}'],
  ['a\\=b=c', '{a=b=c}'],
  ['a\\ b c', '{a b=c}'],
  ['a\\tb=\\n\\r\\f\\t\\q', '{a\tb=\n\r\f\tq}'],
  ['u=\\u00e9\\u20ac', '{u=\u00e9\u20ac}'],
  ['a=1\r\nb=2\rc=3', '{a=1, b=2, c=3}'],
  ['a=1\\\n\nb=2', '{a=1, b=2}'],
  ['a==b', '{a==b}'],
  ['a = = b', '{a== b}'],
  ['a :=b', '{a==b}'],
  ['k=v\\', '{k=v}'],
  ['\\\n# x', '{}'],
  ['a=x\\\r\n y', '{a=xy}'],
  ['\fa\f=\fb', '{a=b}'],
  ['a=1\na=2', '{a=2}'],
  ['a=\\u005cn', '{a=\\n}'],
  ['k\\:x:y', '{k:x=y}'],
  ['a=b#c', '{a=b#c}'],
  ['\\#a=b', '{#a=b}'],
];

describe('properties format', () => {
  for (const [text, expected] of knownAnswers) {
    test(`reads ${JSON.stringify(text)} as Java does`, () => {
      const entries = [...parseProperties(text, 'test')].sort(([a], [b]) => (a < b ? -1 : 1));

      assert.equal(`{${entries.map(([key, value]) => `${key}=${value}`).join(', ')}}`, expected);
    });
  }

  test('keeps the order of entries', () => {
    const entries = parseProperties('b=1\na=2\nb=3', 'test');

    assert.deepEqual(
      [...entries],
      [
        ['b', '3'],
        ['a', '2'],
      ],
    );
  });

  for (const text of ['\n# c\na=\\u12', 'x=1\n\na\\uzz00=b', 'x=\\\n1\na=\\\\\\u00']) {
    test(`refuses the malformed escape of ${JSON.stringify(text)} with its line`, () => {
      assert.throws(() => parseProperties(text, 'worker.properties'), {
        code: 'CONFIG_FILE_UNREADABLE',
        message: "Configuration file 'worker.properties', line 3: a \\u escape needs four hexadecimal digits",
        details: { file: 'worker.properties', line: '3' },
      });
    });
  }

  test('takes a doubled backslash before u as a backslash', () => {
    assert.deepEqual([...parseProperties('path=C:\\\\users', 'test')], [['path', 'C:\\users']]);
  });
});

describe('properties file', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-properties-'));
  });
  after(() => rm(folder, { recursive: true }));

  test('is read as UTF-8 when it is valid UTF-8', async () => {
    const path = join(folder, 'utf8.properties');
    await writeFile(path, '\uFEFFtopic=gr\u00fc\u00df\u20ac');

    assert.deepEqual([...(await readPropertiesFile(path))], [['topic', 'gr\u00fc\u00df\u20ac']]);
  });

  test('is read as ISO-8859-1 when it is not valid UTF-8', async () => {
    const path = join(folder, 'latin1.properties');
    await writeFile(path, Buffer.from('topic=gr\u00fc\u00df', 'latin1'));

    assert.deepEqual([...(await readPropertiesFile(path))], [['topic', 'gr\u00fc\u00df']]);
  });

  test('that is missing is an error with its path', async () => {
    const path = join(folder, 'missing.properties');

    await assert.rejects(readPropertiesFile(path), { code: 'CONFIG_FILE_UNREADABLE', details: { file: path } });
  });
});
