import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseRegistryConfig } from '../../../../src/converters/registry/registry-config.ts';

const parse = (settings: Readonly<Record<string, string>>) => {
  const config = parseRegistryConfig(new Map(Object.entries({ 'schema.registry.url': 'http://a', ...settings })));
  const { urls, headers, authorization, ...others } = config;
  return { urls: urls.map(String), headers: [...headers], authorization, others };
};

describe('settings of a schema registry client', () => {
  test("have Confluent's defaults", () => {
    const { urls, headers, authorization, others } = parse({});

    assert.deepEqual([urls, headers, authorization(new URL('http://a'))], [['http://a/'], [], null]);
    assert.deepEqual(others, {
      tls: null,
      maxRetries: 3,
      retryWaitMs: 1000,
      retryMaxWaitMs: 20_000,
      connectTimeoutMs: 60_000,
      readTimeoutMs: 60_000,
      maxSchemas: 1000,
      maxMissing: 10_000,
      missingIdTtlMs: 0,
      missingSchemaTtlMs: 0,
      latestTtlMs: null,
    });
  });

  test('are read each under its own key', () => {
    const { urls, headers, others } = parse({
      'schema.registry.url': ' http://a , https://b/c',
      'request.header.X-Tenant': 't',
      'max.retries': '1',
      'retries.wait.ms': '2',
      'retries.max.wait.ms': '3',
      'http.connect.timeout.ms': '4',
      'http.read.timeout.ms': '5',
      'max.schemas.per.subject': '6',
      'missing.cache.size': '7',
      'missing.id.cache.ttl.sec': '8',
      'missing.schema.cache.ttl.sec': '9',
      'latest.cache.ttl.sec': '10',
    });

    assert.deepEqual([urls, headers], [['http://a/', 'https://b/c'], [['X-Tenant', 't']]]);
    assert.deepEqual(others, {
      tls: {},
      maxRetries: 1,
      retryWaitMs: 2,
      retryMaxWaitMs: 3,
      connectTimeoutMs: 4,
      readTimeoutMs: 5,
      maxSchemas: 6,
      maxMissing: 7,
      missingIdTtlMs: 8000,
      missingSchemaTtlMs: 9000,
      latestTtlMs: 10_000,
    });
  });

  test('may have the prefix of the client, and win with it', () => {
    const { others } = parse({ 'max.retries': '1', 'schema.registry.max.retries': '2', 'latest.cache.ttl.sec': '0' });
    const another = parse({ 'format.registry.max.retries': '5' });

    assert.deepEqual([others.maxRetries, others.latestTtlMs, another.others.maxRetries], [2, 0, 3]);
  });

  test('are the only ones to be told apart: the address of another key is none', () => {
    assert.throws(() => parse({ 'schema.registry.url': '', url: 'http://b' }), {
      code: 'CONFIG_INVALID',
      message: 'Configuration schema.registry.url names no address',
    });
  });

  for (const url of ['ftp://a', 'a:8081', '//a']) {
    test(`are refused with the address ${url}`, () => {
      assert.throws(() => parse({ 'schema.registry.url': url }), {
        code: 'CONFIG_INVALID',
        message:
          'Configuration schema.registry.url has an address that starts with neither http://, https:// nor mock://',
      });
    });
  }

  for (const key of [
    'proxy.host',
    'bearer.auth.issuer.endpoint.url',
    'bearer.auth.custom.provider.class',
    'bearer.auth.logical.cluster',
    'bearer.auth.identity.pool.id',
  ]) {
    test(`are refused where ${key} is among them, with the prefix or without`, () => {
      const message = `Configuration ${key} is not available in this version of Millrace; remove the setting`;
      const refusal = { code: 'CONFIG_INVALID', message, violations: [{ key, message }] };

      assert.throws(() => parse({ [key]: 'x' }), refusal);
      assert.throws(() => parse({ [`schema.registry.${key}`]: 'x' }), refusal);
    });
  }

  for (const [key, value] of [
    ['max.schemas.per.subject', '0'],
    ['max.retries', '-1'],
    ['retries.wait.ms', '-1'],
    ['retries.max.wait.ms', '-1'],
    ['http.connect.timeout.ms', '0'],
    ['http.read.timeout.ms', '0'],
    ['missing.cache.size', '0'],
    ['missing.id.cache.ttl.sec', '-1'],
    ['missing.schema.cache.ttl.sec', '-1'],
    ['latest.cache.ttl.sec', '-2'],
  ] as const) {
    test(`are refused with ${key}=${value}, one below what it may be`, () => {
      parse({ [key]: String(Number(value) + 1) });
      assert.throws(() => parse({ [key]: value }), { code: 'CONFIG_INVALID', message: new RegExp(key) });
    });
  }
});
