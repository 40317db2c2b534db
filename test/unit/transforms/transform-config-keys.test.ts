import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConfigDef } from '../../../src/config/config-def.ts';
import { transformConfigKeys } from '../../../src/transforms/transform-config-keys.ts';

function keysOf(props: Readonly<Record<string, string>>): readonly string[] {
  return transformConfigKeys(new Map(Object.entries(props))).map(({ name }) => name);
}

function errorsOf(props: Readonly<Record<string, string>>): readonly string[] {
  const settings = new Map(Object.entries(props));
  return new ConfigDef()
    .defineAll(transformConfigKeys(settings))
    .validate(settings)
    .flatMap(({ errors }) => errors);
}

describe('settings of transforms', () => {
  test('are those of each alias, in order', () => {
    const keys = keysOf({
      transforms: 'b,a,b',
      'transforms.a.type': 'HoistField$Key',
      'transforms.b.type': 'org.apache.kafka.connect.transforms.Filter',
      predicates: 'p',
      'predicates.p.type': 'HasHeaderKey',
    });

    assert.deepEqual(keys, [
      'transforms.b.type',
      'transforms.b.predicate',
      'transforms.b.negate',
      'transforms.a.type',
      'transforms.a.predicate',
      'transforms.a.negate',
      'transforms.a.field',
      'predicates.p.type',
      'predicates.p.name',
    ]);
  });

  test('stand in a group of their alias', () => {
    const settings = new Map([
      ['transforms', 'a'],
      ['transforms.a.type', 'HoistField$Key'],
    ]);

    const shown = transformConfigKeys(settings).map(({ group, orderInGroup, displayName }) => [
      group,
      orderInGroup,
      displayName,
    ]);

    assert.deepEqual(shown, [
      ['Transforms: a', 0, 'Transformation type for a'],
      ['Transforms: a', 0, 'predicate'],
      ['Transforms: a', 0, 'negate'],
      ['Transforms: a', 0, 'field'],
    ]);
  });

  test('of an unknown type are its type alone, which is refused', () => {
    const props = { transforms: 'a', 'transforms.a.type': 'com.example.My' };

    assert.deepEqual(keysOf(props), ['transforms.a.type']);
    assert.match(errorsOf(props)[0] ?? '', /Class com\.example\.My could not be found/);
  });

  test('must not negate without a predicate', () => {
    const props = { transforms: 'a', 'transforms.a.type': 'Filter', 'transforms.a.negate': 'true' };

    assert.match(errorsOf(props)[0] ?? '', /there is no config 'transforms\.a\.predicate' defining a predicate/);
    assert.deepEqual(errorsOf({ ...props, 'transforms.a.predicate': 'p' }), []);
  });

  test('are none without aliases, whatever else is set', () => {
    assert.deepEqual(keysOf({ 'transforms.a.type': 'Filter' }), []);
  });

  test('of aliases that make one key of two are declared once', () => {
    const props = { transforms: 'a,a.b', 'transforms.a.type': 'Filter', 'transforms.a.b.type': 'Filter' };

    assert.equal(new Set(keysOf(props)).size, keysOf(props).length);
  });
});
