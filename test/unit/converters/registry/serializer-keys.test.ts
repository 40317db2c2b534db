import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConfigDef } from '../../../../src/config/config-def.ts';
import {
  readSchemaChoice,
  refuseUnavailable,
  serializerKeys,
} from '../../../../src/converters/registry/serializer-keys.ts';

const mapOf = (settings: Readonly<Record<string, string>>) => new Map(Object.entries(settings));

describe('choice of the schema that data is written with', () => {
  const choose = (settings: Readonly<Record<string, string>>) =>
    readSchemaChoice(new ConfigDef().defineAll(serializerKeys).parse(mapOf(settings)));
  const off = { 'auto.register.schemas': 'false' };

  for (const [settings, choice] of [
    [{}, { kind: 'register' }],
    // Registering goes before all else, and an id before the latest version.
    [{ 'use.schema.id': '7', 'use.latest.version': 'true' }, { kind: 'register' }],
    [off, { kind: 'look-up' }],
    [{ ...off, 'use.schema.id': '-1' }, { kind: 'look-up' }],
    [
      { ...off, 'use.schema.id': '0', 'use.latest.version': 'true' },
      { kind: 'id', id: 0, isStrict: true },
    ],
    [
      { ...off, 'use.schema.id': '7', 'id.compatibility.strict': 'false' },
      { kind: 'id', id: 7, isStrict: false },
    ],
    [
      { ...off, 'use.latest.version': 'true' },
      { kind: 'latest', isStrict: true },
    ],
    [
      { ...off, 'use.latest.version': 'true', 'latest.compatibility.strict': 'false' },
      { kind: 'latest', isStrict: false },
    ],
  ] as const) {
    test(`is ${JSON.stringify(choice)} with ${JSON.stringify(settings)}`, () => {
      assert.deepEqual(choose(settings), choice);
    });
  }

  test('takes no id below -1', () => {
    assert.throws(() => choose({ 'use.schema.id': '-2' }), { code: 'CONFIG_INVALID', message: /use\.schema\.id/ });
  });
});

describe('settings of serializers that are not honoured', () => {
  for (const key of [
    'use.schema.guid',
    'use.latest.with.metadata',
    'context.name.strategy',
    'rule.executors',
    'rule.actions',
    'schema.backup.enabled',
    'key.schema.id.serializer',
    'value.schema.id.serializer',
    'key.schema.id.deserializer',
    'value.schema.id.deserializer',
  ]) {
    test(`are refused where ${key} is among them`, () => {
      const message = `Configuration ${key} is not available in this version of Millrace; remove the setting`;

      refuseUnavailable(mapOf({ [key]: '' }));
      assert.throws(() => refuseUnavailable(mapOf({ [key]: 'x' })), { message, violations: [{ key, message }] });
    });
  }
});
