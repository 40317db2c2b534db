import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConfigError } from '../../../src/errors/connect-error.ts';
import { parseConsumerConfig } from '../../../src/kafka/consumer-config.ts';

function parse(entries: Record<string, string>): ReturnType<typeof parseConsumerConfig> {
  const config = new Map(Object.entries({ 'bootstrap.servers': '127.0.0.1:9092', ...entries }));
  return parseConsumerConfig(config, { offsetReset: 'earliest', defaultClientId: 'c' });
}

function violations(entries: Record<string, string>): Record<string, string> {
  try {
    parse(entries);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return Object.fromEntries(error.violations.map(({ key, message }) => [key, message]));
  }
  return {};
}

describe('consumer config', () => {
  test('has the defaults of Kafka, but for the offset reset it is told', () => {
    const { config } = parse({});

    assert.deepEqual(config.fetch, {
      minBytes: 1,
      maxWaitMs: 500,
      maxBytes: 52_428_800,
      partitionMaxBytes: 1_048_576,
      isReadCommitted: false,
      checksCrcs: true,
      offsetReset: 'earliest',
      allowsAutoCreate: true,
    });
    assert.deepEqual(config.group, {
      groupId: '',
      sessionTimeoutMs: 45_000,
      heartbeatIntervalMs: 3000,
      rebalanceTimeoutMs: 300_000,
      apiTimeoutMs: 60_000,
      assignors: ['range', 'cooperative-sticky'],
      excludesInternalTopics: true,
    });
  });

  test('takes assignors by class name, in their order', () => {
    const { config } = parse({
      'partition.assignment.strategy':
        'class org.apache.kafka.clients.consumer.RoundRobinAssignor, org.apache.kafka.clients.consumer.RangeAssignor',
    });

    assert.deepEqual(config.group.assignors, ['roundrobin', 'range']);
  });

  test('tells every wrong key with its value and what would do', () => {
    assert.deepEqual(
      violations({
        'isolation.level': 'serializable',
        'auto.offset.reset': 'first',
        'fetch.min.bytes': '-1',
        'partition.assignment.strategy': 'org.example.MyAssignor',
        'heartbeat.interval.ms': '60000',
        'fetch.max.wait.ms': '30000',
        'group.protocol': 'consumer',
        'group.instance.id': 'me',
      }),
      {
        'isolation.level': "Value 'serializable' of 'isolation.level' must be one of read_uncommitted, read_committed",
        'auto.offset.reset': "Value 'first' of 'auto.offset.reset' must be one of earliest, latest, none",
        'fetch.min.bytes':
          "Value '-1' of 'fetch.min.bytes' must be a whole number, from 0 to 2147483647; leave it out for the default 1",
        'partition.assignment.strategy':
          "Value 'org.example.MyAssignor' of 'partition.assignment.strategy' is not supported; use one or more of " +
          'RangeAssignor, RoundRobinAssignor, CooperativeStickyAssignor',
        'heartbeat.interval.ms':
          "Value '60000' of 'heartbeat.interval.ms' must be less than session.timeout.ms, which is 45000; a third of it is usual",
        'fetch.max.wait.ms':
          "Value '30000' of 'fetch.max.wait.ms' must be less than request.timeout.ms, which is 30000",
        'group.protocol': "Value 'consumer' of 'group.protocol' is not supported: leave it out, or set it to 'classic'",
        'group.instance.id':
          "Value 'me' of 'group.instance.id' is not supported: leave it out to join as a dynamic member",
      },
    );
  });

  test('names keys that mean nothing here', () => {
    const { ignoredKeys } = parse({ 'key.deserializer': 'x', 'group.id': 'g' });

    assert.deepEqual(ignoredKeys, ['key.deserializer']);
  });
});
