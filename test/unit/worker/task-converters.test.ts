import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createTaskConverters, sourceConversion } from '../../../src/worker/task-converters.ts';

const json = 'org.apache.kafka.connect.json.JsonConverter';
const string = 'org.apache.kafka.connect.storage.StringConverter';
const worker = {
  'key.converter': string,
  'value.converter': json,
  'value.converter.schemas.enable': 'false',
  'plugin.path': '/x',
};

const create = (connector: Readonly<Record<string, string>>) =>
  createTaskConverters(new Map(Object.entries(worker)), new Map(Object.entries(connector)));
const textOf = (bytes: Uint8Array | null) => Buffer.from(bytes ?? []).toString();

describe('converters of a task', () => {
  test("are the worker's with its settings, and SimpleHeaderConverter for headers", () => {
    const { key, value, header } = create({ 'value.converter.schemas.enable': 'true' });

    assert.deepEqual(
      [key.className, value.className, header.className],
      [string, json, 'org.apache.kafka.connect.storage.SimpleHeaderConverter'],
    );
    assert.equal(textOf(value.fromConnectData(null, 'x', 't')), '"x"');
  });

  test("are the connector's where it names them, without the worker's settings", () => {
    const { key, value, header } = create({
      'key.converter': json,
      'key.converter.schemas.enable': 'false',
      'value.converter': json,
      'header.converter': string,
    });

    assert.deepEqual([key.className, value.className, header.className], [json, json, string]);
    assert.equal(textOf(key.fromConnectData(null, 'x', 't')), '"x"');
    assert.equal(textOf(value.fromConnectData(null, 'x', 't')), '{"schema":null,"payload":"x"}');
  });

  test('are refused where there is none of that name', () => {
    assert.throws(() => create({ 'header.converter': 'com.acme.None' }), { code: 'CONFIG_INVALID', message: /None/ });
  });

  test('convert keys and values of a source each by its own', () => {
    const conversion = sourceConversion(create({}));
    const utf8 = { format: 'UTF8', definition: new Uint8Array(), name: '', version: 0 } as const;

    const [key, value] = [conversion.key(utf8), conversion.value(utf8)];

    assert.ok(key === 'as-is' && value !== 'as-is');
    const { buffer, start, end } = value.convert(Buffer.from('a"b'), 0, 3, 't');
    assert.equal(buffer.toString('utf8', start, end), '"a\\"b"');
    assert.deepEqual(conversion.operations, {
      key: { stage: 'KEY_CONVERTER', className: string },
      value: { stage: 'VALUE_CONVERTER', className: json },
      header: { stage: 'HEADER_CONVERTER', className: 'org.apache.kafka.connect.storage.SimpleHeaderConverter' },
    });
  });
});
