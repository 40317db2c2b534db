import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseProperties } from '../../../src/config/properties-file.ts';
import {
  findIgnoredWorkerSettings,
  parseDistributedConfig,
  parseStandaloneConfig,
  pluginSettings,
} from '../../../src/config/worker-config.ts';

/** Settings of connect-standalone.properties as Kafka 4.1.0 ships it. */
const shipped = `
# These are defaults. This file just demonstrates how to override some settings.
bootstrap.servers=localhost:9092

key.converter=org.apache.kafka.connect.json.JsonConverter
value.converter=org.apache.kafka.connect.json.JsonConverter
key.converter.schemas.enable=true
value.converter.schemas.enable=true

offset.storage.file.filename=/tmp/connect.offsets
# Flush much faster than normal, which is useful for testing/debugging
offset.flush.interval.ms=10000
#plugin.path=
`;

function shippedWith(extra: Readonly<Record<string, string>> = {}): Map<string, string> {
  return new Map([...parseProperties(shipped, 'connect-standalone.properties'), ...Object.entries(extra)]);
}

describe('standalone worker configuration', () => {
  test('is read from the file that Kafka ships', () => {
    const config = parseStandaloneConfig(shippedWith());

    assert.deepEqual(
      {
        bootstrapServers: config.list('bootstrap.servers'),
        keyConverter: config.string('key.converter'),
        flushMs: config.long('offset.flush.interval.ms'),
        file: config.string('offset.storage.file.filename'),
        pluginPath: config.list('plugin.path'),
        grpc: config.list('grpc.listeners'),
        restart: config.string('task.restart.policy'),
      },
      {
        bootstrapServers: ['localhost:9092'],
        keyConverter: 'org.apache.kafka.connect.json.JsonConverter',
        flushMs: 10_000,
        file: '/tmp/connect.offsets',
        pluginPath: [],
        grpc: ['http://127.0.0.1:9083'],
        restart: 'crash',
      },
    );
    assert.deepEqual(findIgnoredWorkerSettings(config), []);
  });

  test('names every key that is missing', () => {
    assert.throws(() => parseStandaloneConfig(new Map()), {
      code: 'CONFIG_INVALID',
      violations: ['key.converter', 'value.converter', 'offset.storage.file.filename'].map(key => ({
        key,
        message: `Missing required configuration "${key}" which has no default value.`,
      })),
    });
  });

  test("keeps settings of converters by prefix, without the converter's version", () => {
    const config = shippedWith({ 'key.converter.plugin.version': '1' });

    assert.deepEqual([...pluginSettings(config, 'key.converter.')], [['schemas.enable', 'true']]);
  });

  const refused: readonly (readonly [key: string, value: string, message: RegExp])[] = [
    ['plugin.dead.after.ms', '5999', /5999 for configuration plugin.dead.after.ms: Value must be at least twice/],
    ['grpc.listeners', 'https://:9083', /TLS is not available for the gRPC admin API/],
    ['grpc.listeners', 'localhost:9083', /'localhost:9083' is not of the form http:\/\/host:port/],
    ['listeners', '', /at least one URL is expected/],
    ['listeners', 'http://:8083, ', /Empty URL found when parsing listeners list/],
    ['listeners', 'http://:99999', /not of the form/],
    ['plugin.isolation', 'host', /String must be one of: task, connector, plugin/],
    ['task.restart.policy', 'always', /String must be one of: never, crash, transient/],
    ['connector.client.config.override.policy', 'Some', /There is no such policy; use All, None or Principal/],
    ['response.http.headers.config', 'put X:1', /Invalid header config action: 'put'/],
    ['metrics.recording.level', 'LOUD', /String must be one of: INFO, DEBUG/],
    ['offset.flush.interval.ms', '10s', /Not a number of type LONG/],
  ];
  for (const [key, value, message] of refused) {
    test(`refuses ${key}=${value}`, () => {
      assert.throws(() => parseStandaloneConfig(shippedWith({ [key]: value })), { code: 'CONFIG_INVALID', message });
    });
  }

  const accepted: readonly (readonly [key: string, value: string])[] = [
    ['grpc.listeners', ''],
    ['grpc.listeners', 'http://[::1]:9083,http://:9084'],
    ['response.http.headers.config', 'set X-Frame-Options:DENY, "add Cache-Control:no-cache, no-store"'],
    ['plugin.discovery', 'Only_Scan'],
    [
      'connector.client.config.override.policy',
      'org.apache.kafka.connect.connector.policy.NoneConnectorClientConfigOverridePolicy',
    ],
  ];
  for (const [key, value] of accepted) {
    test(`accepts ${key}=${value}`, () => {
      assert.doesNotThrow(() => parseStandaloneConfig(shippedWith({ [key]: value })));
    });
  }

  test('tells which settings have no effect', () => {
    const config = parseStandaloneConfig(
      shippedWith({ listeners: 'http://:8083', 'internal.key.converter.schemas.enable': 'false' }),
    );

    assert.deepEqual(
      findIgnoredWorkerSettings(config).map(setting => setting.key),
      ['listeners', 'internal.key.converter.schemas.enable'],
    );
  });

  test('says nothing of the keys by which the workers of a cluster find each other', () => {
    const config = parseDistributedConfig(
      shippedWith({
        'group.id': 'g',
        'config.storage.topic': 'c',
        'offset.storage.topic': 'o',
        'status.storage.topic': 's',
        listeners: 'http://:8083',
        'rest.advertised.host.name': 'here',
        'access.control.allow.origin': '*',
      }),
    );

    assert.deepEqual(
      findIgnoredWorkerSettings(config).map(setting => setting.key),
      ['access.control.allow.origin'],
    );
  });

  test('never shows a secret in what may be logged', () => {
    const config = parseStandaloneConfig(
      shippedWith({ 'ssl.key.password': 'hunter2', 'producer.sasl.jaas.config': 'hunter2' }),
    );

    assert.doesNotMatch(JSON.stringify(config.toLoggable()), /hunter2/);
    assert.equal(config.passwordOrNull('ssl.key.password')?.value(), 'hunter2');
  });
});
