import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConfigError } from '../../../src/errors/connect-error.ts';
import { parseProducerConfig, type ProducerConfig } from '../../../src/kafka/producer-config.ts';

function parse(keys: Record<string, string>): ProducerConfig {
  return parseProducerConfig(new Map(Object.entries({ 'bootstrap.servers': 'localhost:9092', ...keys })));
}

function violationsOf(keys: Record<string, string>): readonly string[] {
  try {
    parse(keys);
  } catch (error) {
    if (error instanceof ConfigError) return error.violations.map(violation => violation.message);
    throw error;
  }
  return [];
}

describe('producer config', () => {
  test("has Kafka 4's defaults", () => {
    assert.deepEqual(parse({}), {
      client: {
        bootstrapServers: [{ host: 'localhost', port: 9092 }],
        clientId: 'millrace-producer',
        requestTimeoutMs: 30_000,
        connectTimeoutMs: 10_000,
        reconnectBackoffMs: 50,
        reconnectBackoffMaxMs: 1000,
        retryBackoffMs: 100,
        retryBackoffMaxMs: 1000,
        metadataMaxAgeMs: 300_000,
      },
      acks: -1,
      isIdempotent: true,
      lingerMs: 5,
      batchBytes: 16_384,
      batchBytesMax: 524_288,
      bufferMemoryBytes: 33_554_432,
      maxRequestBytes: 1_048_576,
      compressionType: 'none',
      compressionLevels: { gzip: -1, zstd: 3 },
      retries: 2_147_483_647,
      deliveryTimeoutMs: 120_000,
      maxBlockMs: 60_000,
      maxInFlightRequests: 5,
      ignoresKeys: false,
      ignoredKeys: [],
    });
  });

  test('takes a batch size that was asked for as a bound', () => {
    assert.equal(parse({ 'batch.size': '1000' }).batchBytesMax, 1000);
  });

  test("takes Java's largest long for a time without end", () => {
    assert.equal(parse({ 'max.block.ms': '9223372036854775807' }).maxBlockMs, Number.MAX_SAFE_INTEGER);
  });

  test('accepts keys that mean nothing here and names them', () => {
    const keys = { 'key.serializer': 'x', 'send.buffer.bytes': '1', 'metric.reporters': '' };

    assert.deepEqual(parse(keys).ignoredKeys, ['key.serializer', 'send.buffer.bytes', 'metric.reporters']);
  });

  test('reads several addresses, with protocol or IPv6', () => {
    const config = parse({ 'bootstrap.servers': 'a:1, PLAINTEXT://b.c:2 ,[::1]:3' });

    assert.deepEqual(config.client.bootstrapServers, [
      { host: 'a', port: 1 },
      { host: 'b.c', port: 2 },
      { host: '::1', port: 3 },
    ]);
  });

  for (const [keys, expected] of [
    [{ acks: '2' }, "Value '2' of 'acks' must be one of all, -1, 1, 0"],
    [
      { 'linger.ms': '-1' },
      "Value '-1' of 'linger.ms' must be a whole number, at least 0; leave it out for the default 5",
    ],
    [
      { 'batch.size': '16k' },
      "Value '16k' of 'batch.size' must be a whole number, from 0 to 2147483647; leave it out for the default 16384",
    ],
    [
      { 'compression.type': 'brotli' },
      "Value 'brotli' of 'compression.type' must be one of none, gzip, snappy, lz4, zstd",
    ],
    [{ 'compression.gzip.level': '0' }, "Value '0' of 'compression.gzip.level' must be -1 or from 1 to 9"],
    [{ 'enable.idempotence': 'yes' }, "Value 'yes' of 'enable.idempotence' must be true or false"],
    [
      { 'bootstrap.servers': 'nowhere' },
      "Value 'nowhere' of 'bootstrap.servers' must be host:port with a port from 1 to 65535",
    ],
    [{ 'bootstrap.servers': '' }, "'bootstrap.servers' is missing: give a list of host:port, separated by commas"],
    [{ 'security.protocol': 'SSL' }, "Value 'SSL' of 'security.protocol' is not supported: only PLAINTEXT is"],
    [{ 'transactional.id': 't' }, "Value 't' of 'transactional.id' is not supported; leave it out"],
    [
      { 'delivery.timeout.ms': '1000' },
      "Value '1000' of 'delivery.timeout.ms' must be at least linger.ms + request.timeout.ms, which are 30005 ms",
    ],
    [
      { 'enable.idempotence': 'true', acks: '1' },
      "Value '1' of 'acks' contradicts enable.idempotence=true, which needs acks=all",
    ],
    [
      { 'enable.idempotence': 'true', 'max.in.flight.requests.per.connection': '6' },
      "Value '6' of 'max.in.flight.requests.per.connection' contradicts enable.idempotence=true, which needs at most 5",
    ],
    [
      { 'enable.idempotence': 'true', retries: '0' },
      "Value '0' of 'retries' contradicts enable.idempotence=true, which needs retries above 0",
    ],
  ] as const) {
    test(`refuses ${Object.entries(keys).join(' ').replaceAll(',', '=')}`, () => {
      assert.deepEqual(violationsOf(keys), [expected]);
    });
  }

  test('names all wrong keys at once', () => {
    assert.throws(() => parse({ acks: 'x', retries: 'y' }), {
      code: 'CONFIG_INVALID',
      message:
        "The producer configuration is not valid: Value 'x' of 'acks' must be one of all, -1, 1, 0; " +
        "Value 'y' of 'retries' must be a whole number, from 0 to 2147483647; leave it out for the default 2147483647",
    });
  });

  test('gives idempotence up for weaker settings when nobody asked for it', () => {
    const isIdempotent = [
      { acks: '1' },
      { acks: '0' },
      { retries: '0' },
      { 'max.in.flight.requests.per.connection': '6' },
      {},
    ].map(keys => parse(keys).isIdempotent);

    assert.deepEqual(isIdempotent, [false, false, false, false, true]);
  });

  test('lets the default delivery timeout grow with the request timeout', () => {
    assert.equal(parse({ 'request.timeout.ms': '300000' }).deliveryTimeoutMs, 300_005);
  });
});
