import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConfigDef } from '../../../../src/config/config-def.ts';
import { tlsKeys } from '../../../../src/config/tls-keys.ts';
import { StoreSettings } from '../../../../src/converters/registry/store-settings.ts';

describe('settings of a store', () => {
  test('are not blamed for faults of our own', () => {
    const config = new ConfigDef().defineAll(tlsKeys).parse(new Map());
    const settings = new StoreSettings({ config, prefix: '', kind: 'truststore' });
    const fault = new TypeError('x is not a function');

    assert.throws(
      () =>
        settings.blame({ setting: 'truststore.location' }, () => {
          throw fault;
        }),
      error => error === fault,
    );
  });
});
