import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConfigDef } from '../../../../src/config/config-def.ts';
import {
  readCacheSize,
  readSubjectConfig,
  refuseOthers,
  registryConverterKeys,
} from '../../../../src/converters/registry/subject-config.ts';

const def = new ConfigDef().defineAll(registryConverterKeys);
const settingsOf = (settings: Readonly<Record<string, string>>) =>
  new Map(Object.entries({ 'schema.registry.url': 'mock://a', 'auto.register.schemas': 'false', ...settings }));

function read(settings: Readonly<Record<string, string>>, role: 'key' | 'value' = 'value') {
  const map = settingsOf(settings);
  return readSubjectConfig(map, def.parse(map), role);
}

describe('settings of a subject', () => {
  test('are those of its role', () => {
    const settings = { 'key.subject.name.strategy': 'TopicRecordNameStrategy', 'normalize.schemas': 'true' };

    const [key, value] = [read(settings, 'key'), read(settings, 'value')];

    assert.deepEqual(
      [key, value].map(({ choice, normalize, subjects }) => [choice.kind, normalize, subjects.subject('t', 'R')]),
      [
        ['look-up', true, 't-R'],
        ['look-up', true, 't-value'],
      ],
    );
    assert.equal(read({}).normalize, false);
  });

  test('are refused where they ask for what is not there', () => {
    assert.throws(() => read({ 'rule.executors': 'x' }), { code: 'CONFIG_INVALID', message: /rule\.executors/ });
  });

  test('bound the schemas that are kept compiled: one at least', () => {
    const sizes = [{}, { 'schemas.cache.config': '2' }, { 'schemas.cache.config': '0' }].map(settings =>
      readCacheSize(def.parse(settingsOf(settings))),
    );

    assert.deepEqual(sizes, [1000, 2, 1]);
  });

  test('may name others at their default alone', () => {
    const defaults = new Map([['k', 'None']]);
    const message = 'Configuration k is not available in this version of Millrace; remove the setting';

    for (const settings of [{}, { k: ' none ' }]) refuseOthers(settingsOf(settings), defaults);

    assert.throws(() => refuseOthers(settingsOf({ k: '' }), defaults), {
      message,
      violations: [{ key: 'k', message }],
    });
  });
});
