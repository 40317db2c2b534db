import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { describe, test } from 'node:test';
import {
  advertisedAddress,
  advertisedGrpcAddress,
  grpcAddressOf,
  requireReachableGrpc,
  toAdvertisedUrl,
  toWorkerId,
} from '../../../src/config/advertised-address.ts';
import type { ParsedConfig } from '../../../src/config/parsed-config.ts';
import { parseDistributedConfig } from '../../../src/config/worker-config.ts';

const required = {
  'group.id': 'g',
  'key.converter': 'x',
  'value.converter': 'x',
  'config.storage.topic': 'c',
  'offset.storage.topic': 'o',
  'status.storage.topic': 's',
};

function parse(settings: Readonly<Record<string, string>> = {}): ParsedConfig {
  return parseDistributedConfig(new Map(Object.entries({ ...required, ...settings })));
}

describe('the advertised address', () => {
  for (const [what, settings, address] of [
    ["is this machine's name and 8083", {}, { host: hostname(), port: 8083 }],
    ["is a listener's", { listeners: 'http://10.0.0.1:8084' }, { host: '10.0.0.1', port: 8084 }],
    [
      "is this machine's name for a listener on all interfaces",
      { listeners: 'http://0.0.0.0:81' },
      { host: hostname(), port: 81 },
    ],
    [
      'is what is advertised',
      { listeners: 'http://10.0.0.1:8084', 'rest.advertised.host.name': 'worker', 'rest.advertised.port': '80' },
      { host: 'worker', port: 80 },
    ],
  ] as const) {
    test(what, () => {
      assert.deepEqual(advertisedAddress(parse(settings)), address);
    });
  }

  test('names the worker and is its URL as Kafka Connect writes them', () => {
    const address = { host: 'worker', port: 8083 };

    assert.deepEqual([toWorkerId(address), toAdvertisedUrl(address)], ['worker:8083', 'http://worker:8083/']);
  });
});

describe("a worker's gRPC address", () => {
  for (const [url, address] of [
    ['http://worker:8083/', 'worker:9083'],
    ['http://[::1]:8083/', '[::1]:9083'],
    ['http://worker/', 'worker:1080'],
  ] as const) {
    test(`of ${url} is ${address}`, () => {
      assert.equal(grpcAddressOf(url), address);
    });
  }

  test('is a listener on TCP, or is told', () => {
    assert.doesNotThrow(() => requireReachableGrpc(parse()));
    assert.doesNotThrow(() =>
      requireReachableGrpc(parse({ 'grpc.listeners': '', 'grpc.advertised.address': 'proxy:443' })),
    );
    assert.throws(() => requireReachableGrpc(parse({ 'grpc.listeners': '' })), {
      code: 'CONFIG_INVALID',
      message: /'grpc.listeners' must have a listener of the form http:\/\/host:port/,
    });
  });

  for (const { what, settings, bound, address } of [
    {
      what: 'is the first listener on TCP, with its real port',
      settings: {},
      bound: ['unix:/s', '10.0.0.5:41234', '10.0.0.6:9083'],
      address: '10.0.0.5:41234',
    },
    {
      what: 'has the advertised host where the worker listens on all interfaces',
      settings: { listeners: 'http://worker:8083' },
      bound: ['[::]:9999'],
      address: 'worker:9999',
    },
    {
      what: 'has the host that is advertised in place of the own one',
      settings: { 'rest.advertised.host.name': 'outside' },
      bound: ['10.0.0.5:9083'],
      address: 'outside:9083',
    },
    {
      what: 'stays on the machine where the worker listens there alone',
      settings: { 'rest.advertised.host.name': 'outside' },
      bound: ['127.0.0.1:9083'],
      address: '127.0.0.1:9083',
    },
    {
      what: 'is 1000 above the advertised REST port, since ports are mapped then',
      settings: { 'rest.advertised.host.name': 'outside', 'rest.advertised.port': '80' },
      bound: ['[::]:9083'],
      address: 'outside:1080',
    },
    {
      what: 'is what is told',
      settings: { 'rest.advertised.port': '80', 'grpc.advertised.address': 'proxy:443' },
      bound: ['[::]:9083'],
      address: 'proxy:443',
    },
  ]) {
    test(what, () => {
      assert.equal(advertisedGrpcAddress(parse(settings), bound), address);
    });
  }
});

describe('the configuration of a distributed worker', () => {
  test('must name group and topics', () => {
    const missing = (): ParsedConfig => parseDistributedConfig(new Map([['key.converter', 'x']]));

    assert.throws(missing, /group\.id[\s\S]*config\.storage\.topic|config\.storage\.topic[\s\S]*group\.id/);
  });

  for (const [key, value, text] of [
    ['config.storage.replication.factor', '0', /positive number, or -1/],
    ['connect.protocol', 'x', /eager, compatible, sessioned/],
    ['heartbeat.interval.ms', '10000', /less than session.timeout.ms/],
    ['inter.worker.signature.algorithm', 'HmacSHA512', /must be present in inter.worker.verification.algorithms/],
    ['exactly.once.source.support', 'enabled', /disabled/],
  ] as const) {
    test(`refuses ${key}=${value}`, () => {
      assert.throws(() => parse({ [key]: value }), text);
    });
  }
});
