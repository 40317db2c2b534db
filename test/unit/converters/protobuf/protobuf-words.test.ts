import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  isUnion,
  isWrapped,
  scrubName,
  wrapperOf,
  wrapperTypes,
} from '../../../../src/converters/protobuf/protobuf-words.ts';
import { plainTraits, type Schema, type SchemaType } from '../../../../src/data/schema.ts';
import { protobufOptions } from '../../../support/protobuf-options.ts';

const text = (extra: Partial<Schema>): Schema => ({ ...plainTraits, ...extra, type: 'STRING' });

describe("names of Confluent's Protobuf converter", () => {
  test('tell unions by name or parameter', () => {
    const parameters = new Map([['org.apache.kafka.connect.data.Union', 'o']]);

    assert.deepEqual(
      [{ name: 'io.confluent.connect.protobuf.Union.o' }, { parameters }, { name: 'o' }, {}].map(extra =>
        isUnion(text(extra)),
      ),
      [true, true, false, false],
    );
  });

  test('tell what is put into a wrapper', () => {
    const marked = (value: string) => new Map([['io.confluent.connect.protobuf.Wrapper', value]]);
    const on = protobufOptions({ 'wrapper.for.nullables': 'true' });
    const wrapped = (extra: Partial<Schema>, isInUnion: boolean, options = on) =>
      isWrapped(text(extra), options, isInUnion);

    assert.equal(wrapped({ isOptional: true }, false), true);
    assert.equal(wrapped({ isOptional: true }, false, protobufOptions()), false);
    assert.equal(wrapped({}, false), false);
    assert.equal(wrapped({ isOptional: true }, true), false);
    assert.equal(wrapped({ isOptional: true, parameters: marked('True') }, true), true);
    assert.equal(wrapped({ isOptional: true, parameters: marked('yes') }, true), false);
    assert.equal(wrapped({ parameters: marked('true') }, true), false);
  });

  test('have a wrapper for each type of single values', () => {
    const names = (types: readonly SchemaType[]) => types.map(type => wrapperOf(type)?.replace('google.protobuf.', ''));

    assert.deepEqual(
      names(['INT8', 'INT16', 'INT32', 'INT64', 'FLOAT32', 'FLOAT64', 'BOOLEAN', 'STRING', 'BYTES', 'STRUCT']),
      [
        'Int32Value',
        'Int32Value',
        'Int32Value',
        'Int64Value',
        'FloatValue',
        'DoubleValue',
        'BoolValue',
        'StringValue',
        'BytesValue',
        undefined,
      ],
    );
    assert.deepEqual(
      ['UInt64Value', 'UInt32Value', 'Int64Value', 'Other'].map(name => wrapperTypes.get(`google.protobuf.${name}`)),
      ['INT64', 'INT64', 'INT64', undefined],
    );
  });

  // As `ProtobufData#doScrubName` has them, with Java's URLEncoder.
  for (const [name, expected] of [
    ['a_1', 'a_1'],
    ['', ''],
    ['1a', 'x1a'],
    ['_a', 'x_a'],
    ['a b', 'a_b'],
    ["a!'()~*", 'a_21_27_28_29_7E_'],
    ['ä', '_C3_A4'],
    ['a-b.c', 'a_b_c'],
    ['$a', '_24a'],
  ] as const) {
    test(`scrub '${name}' to '${expected}' when told so`, () => {
      assert.equal(scrubName(name, protobufOptions({ 'scrub.invalid.names': 'true' })), expected);
      assert.equal(scrubName(name, protobufOptions()), name);
    });
  }
});
