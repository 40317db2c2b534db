import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { secretValues } from '../../../src/worker/secret-values.ts';
import type { ConfigKeyDescription } from '../../../src/wire/plugin-messages.ts';

const key = (name: string, type: ConfigKeyDescription['type']): ConfigKeyDescription => ({
  name,
  type,
  required: false,
  defaultValue: null,
  importance: 'LOW',
  documentation: '',
  group: '',
  orderInGroup: 0,
  width: 'NONE',
  displayName: '',
  dependents: [],
});

describe('secret values', () => {
  test('are those of PASSWORD keys', () => {
    const config = new Map([
      ['user', 'ann'],
      ['token', 's3cret'],
    ]);

    const secrets = secretValues({
      stored: config,
      resolved: config,
      keys: [key('user', 'STRING'), key('token', 'PASSWORD')],
    });

    assert.deepEqual(secrets, ['s3cret']);
  });

  test('are those that came from a config provider, under any key', () => {
    const secrets = secretValues({
      stored: new Map([
        ['url', 'db://${file:/etc/secrets:user}@host'],
        ['topic', 't'],
      ]),
      resolved: new Map([
        ['url', 'db://ann@host'],
        ['topic', 't'],
      ]),
      keys: [],
    });

    assert.deepEqual(secrets, ['db://ann@host']);
  });

  test("are those of Kafka clients' secret keys behind any prefix", () => {
    const config = new Map([
      ['producer.override.sasl.jaas.config', 'login module'],
      ['consumer.override.ssl.key.password', 'pass'],
      ['producer.override.linger.ms', '5'],
    ]);

    assert.deepEqual(secretValues({ stored: config, resolved: config, keys: [] }), ['login module', 'pass']);
  });
});
