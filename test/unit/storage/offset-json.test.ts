import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { inJavaHashOrder } from '../../../src/data/java-hash-order.ts';
import {
  canonicalPartition,
  parseOffsetKey,
  parseOffsetObject,
  writeOffsetKey,
  writeOffsetObject,
} from '../../../src/storage/offset-json.ts';

const parse = (json: string) => parseOffsetObject(Buffer.from(json), 'Source offset');

describe('offset JSON', () => {
  test('keeps every bit of 64-bit integers', () => {
    const offset = parse('{"max":9223372036854775807,"min":-9223372036854775808}');

    assert.deepEqual(
      [...offset],
      [
        ['max', 9223372036854775807n],
        ['min', -9223372036854775808n],
      ],
    );
    assert.equal(writeOffsetObject(offset), '{"max":9223372036854775807,"min":-9223372036854775808}');
  });

  test('tells integers from floating point numbers', () => {
    assert.deepEqual(
      parse('{"a":1,"b":1.0,"c":1e2}'),
      new Map<string, unknown>([
        ['a', 1n],
        ['b', 1],
        ['c', 100],
      ]),
    );
  });

  test('is written compactly, in its order', () => {
    assert.equal(writeOffsetObject(parse(' { "z" : true , "a" : null, "b":"x" } ')), '{"z":true,"a":null,"b":"x"}');
  });

  test('writes floating point numbers as Java does', () => {
    const written = [
      '1.0',
      '100.0',
      '0.001',
      '1.0E-4',
      '9999999.0',
      '1.0E7',
      '1.5E10',
      '-2.5',
      '1.7976931348623157E308',
      '-0.0',
    ];

    assert.deepEqual(
      written.map(number => writeOffsetObject(parse(`{"d":${number}}`))),
      written.map(number => `{"d":${number}}`),
    );
  });

  test('escapes as Jackson does: control characters and both halves of a surrogate pair, in upper case, nothing else', () => {
    const text = '\u001f\u0000\b\t\n\f\r"\\/é€😀\u2028\u007f';

    assert.equal(
      writeOffsetObject(new Map([['t', text]])),
      '{"t":"\\u001F\\u0000\\b\\t\\n\\f\\r\\"\\\\/é€\\uD83D\\uDE00\u2028\u007f"}',
    );
    assert.equal(parse(writeOffsetObject(new Map([['t', text]]))).get('t'), text);
  });

  test('refuses what is not a flat object of plain values, and says where', () => {
    const wrong = [
      '',
      '[]',
      '{"a":[1]}',
      '{"a":{}}',
      '{"a":1}x',
      '{"a":01}',
      '{"a":9223372036854775808}',
      '{"a":-9223372036854775809}',
      '{"a":1e999}',
      '{a:1}',
    ];

    for (const json of wrong) {
      assert.throws(
        () => parse(json),
        { code: 'OFFSET_INVALID', message: /^Source offset is not .* at character \d+$/ },
        json,
      );
    }
    assert.throws(() => parse('{"a":[1]}'), /Kafka Connect allows no nested values\) expected at character 6$/);
    assert.throws(() => parseOffsetObject(Buffer.from('{"a":"\xff"}', 'latin1'), 'Source offset'), {
      code: 'OFFSET_INVALID',
      message: 'Source offset is not UTF-8',
    });
  });

  test('reads and writes keys', () => {
    const key = parseOffsetKey(Buffer.from('["file-src",{"filename":"/a"}]'));

    assert.deepEqual(key, { connector: 'file-src', partition: new Map([['filename', '/a']]) });
    assert.equal(writeOffsetKey(key), '["file-src",{"filename":"/a"}]');
  });

  test('knows no key in other bytes', () => {
    const others = ['["n",null]', '[1,{}]', '["n"]', '["n",{},1]', '{}', 'x', ''];

    assert.deepEqual(
      others.map(text => parseOffsetKey(Buffer.from(text))),
      others.map(() => null),
    );
  });

  test('sees one partition whatever the order of its fields', () => {
    assert.equal(canonicalPartition(parse('{"b":1,"a":"x"}')), canonicalPartition(parse('{ "a":"x", "b":1 }')));
    for (const json of ['{"c":3,"a":1,"b":2}', '{"a":1,"c":3,"b":2}', '{"b":2,"c":3,"a":1}', '{"c":3,"b":2,"a":1}'])
      assert.equal(canonicalPartition(parse(json)), '{"a":1,"b":2,"c":3}');
    assert.notEqual(canonicalPartition(parse('{"a":1}')), canonicalPartition(parse('{"a":"1"}')));
    assert.notEqual(canonicalPartition(parse('{"a":1}')), canonicalPartition(parse('{"a":1.0}')));
  });

  test('orders the fields of a new partition as a Java HashMap does', () => {
    // Printed by Java 17 for a HashMap with these keys.
    const names = ['server', 'database', 'schema', 'table', 'filename', 'topic'];
    const partition = new Map(names.map(name => [name, true]));

    assert.deepEqual(
      [...inJavaHashOrder(partition).keys()],
      ['schema', 'server', 'database', 'filename', 'topic', 'table'],
    );
  });
});
