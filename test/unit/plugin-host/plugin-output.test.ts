import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { createSilentLogger } from '../../../src/logging/logger.ts';
import { LineSplitter } from '../../../src/plugin-host/line-splitter.ts';
import { parsePluginLogLine } from '../../../src/plugin-host/plugin-log-line.ts';
import { PluginOutput } from '../../../src/plugin-host/plugin-output.ts';

function split(lineBytesMax: number, ...chunks: string[]): readonly string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter(lineBytesMax, line => lines.push(line));
  for (const chunk of chunks) splitter.push(Buffer.from(chunk));
  splitter.flush();
  return lines;
}

describe('the line splitter', () => {
  test('cuts at line ends, wherever chunks end', () => {
    assert.deepEqual(split(100, 'one\ntw', 'o\r\n\nthr', 'ee'), ['one', 'two', 'three']);
  });

  test('keeps characters whole that two chunks share', () => {
    const bytes = Buffer.from('grün\n');
    const lines: string[] = [];
    const splitter = new LineSplitter(100, line => lines.push(line));

    splitter.push(bytes.subarray(0, 3));
    splitter.push(bytes.subarray(3));

    assert.deepEqual(lines, ['grün']);
  });

  test('cuts a line that is too long, and says by how much', () => {
    assert.deepEqual(split(4, 'abcdef', 'gh\nij\n'), ['abcd… [4 bytes cut]', 'ij']);
  });
});

describe('a line of a plugin', () => {
  const cases: readonly (readonly [line: string, level: string, message: string])[] = [
    ['plain text', 'info', 'plain text'],
    ['{"level":40,"time":1,"pid":2,"hostname":"h","msg":"pino"}', 'warn', 'pino'],
    ['{"level":"ERROR","message":"python"}', 'error', 'python'],
    ['{"severity":"WARNING","message":"stackdriver"}', 'warn', 'stackdriver'],
    ['{"level":"critical","msg":"down"}', 'fatal', 'down'],
    ['{"level":"odd","msg":"x"}', 'info', '{"level":"odd","msg":"x"}'],
    ['{"value":1}', 'info', '{"value":1}'],
    ['{not json', 'info', '{not json'],
    ['[1]', 'info', '[1]'],
  ];
  for (const [line, level, message] of cases) {
    test(`is read at its level: ${line}`, () => {
      const parsed = parsePluginLogLine(line);

      assert.deepEqual([parsed.level, parsed.message], [level, message]);
    });
  }

  test('keeps the fields that are its own', () => {
    const { fields } = parsePluginLogLine('{"level":30,"msg":"m","table":"orders","time":1}');

    assert.deepEqual(fields, { table: 'orders' });
  });
});

describe('the output of a plugin', () => {
  async function readAll(output: PluginOutput, text: string): Promise<void> {
    const stream = new PassThrough();
    const done = output.read(stream);
    stream.end(text);
    await done;
  }

  test('keeps the last lines, each bounded', async () => {
    const output = new PluginOutput(createSilentLogger());

    await readAll(output, [...Array.from({ length: 30 }, (_, index) => `line ${index}`), 'x'.repeat(1000)].join('\n'));

    const lines = output.lastLines();
    assert.deepEqual([lines.length, lines[0], lines.at(-1)], [20, 'line 11', 'x'.repeat(500)]);
  });

  test('hides values as they stand and as JSON has them, but none that is too short to be one', async () => {
    const output = new PluginOutput(createSilentLogger());
    output.hide(['pass"word', 'secret', 'secret-longer', 'of']);

    await readAll(output, 'a pass"word of\n{"key":"pass\\"word"}\nsecret-longer\n');

    assert.deepEqual(output.lastLines(), ['a [hidden] of', '{"key":"[hidden]"}', '[hidden]']);
  });

  test('tells an owner the last lines that are not of another', async () => {
    const output = new PluginOutput(createSilentLogger());
    const line = (fields: object): string => JSON.stringify({ level: 'info', msg: 'm', ...fields });
    const [instance, mine, other, stranger] = [
      line({ connector: 'a' }),
      line({ connector: 'a', task: 0 }),
      line({ connector: 'a', task: 1 }),
      line({ connector: 'b', task: 0 }),
    ] as const;

    await readAll(output, ['plain', instance, mine, other, stranger].join('\n'));

    assert.deepEqual(output.lastLines({ connector: 'a', task: 0 }), ['plain', instance, mine]);
    assert.deepEqual(output.lastLines({ connector: 'b', task: null }), ['plain']);
  });

  test('goes on hiding what one owner gave when another one gives more', async () => {
    const output = new PluginOutput(createSilentLogger());
    output.hide(['first-secret']);
    output.hide(['second-secret']);

    await readAll(output, 'first-secret second-secret');

    assert.deepEqual(output.lastLines(), ['[hidden] [hidden]']);
  });
});
