import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ConnectorType } from '../../../src/config/connector-config.ts';
import { parseConnectorConfig, sinkTopics } from '../../../src/config/connector-config.ts';
import { validateConnectorConfig } from '../../../src/config/connector-validation.ts';

interface Setup {
  readonly type: ConnectorType;
  readonly overridePolicy?: string;
}

/** Errors by key of a configuration that is good but for `props`. */
function errorsOf(setup: Setup, props: Readonly<Record<string, string>>): Record<string, readonly string[]> {
  const good = { name: 'c', 'connector.class': 'X', ...(setup.type === 'sink' ? { topics: 't' } : {}) };
  const infos = validateConnectorConfig(new Map(Object.entries({ ...good, ...props })), {
    type: setup.type,
    overridePolicy: setup.overridePolicy ?? 'All',
    extraKeys: [],
    checkTransforms: () => undefined,
    checkConverter: ({ className }) => (className === 'Known' ? undefined : `There is no '${className}'`),
  });
  const wrong = infos.configs.filter(config => config.value.errors.length > 0);
  const count = wrong.reduce((sum, config) => sum + config.value.errors.length, 0);
  assert.equal(infos.errorCount, count);
  return Object.fromEntries(wrong.map(config => [config.value.name, config.value.errors]));
}

describe('connector validation', () => {
  for (const type of ['source', 'sink'] as const) {
    test(`finds nothing wrong with a minimal ${type}`, () => {
      assert.deepEqual(errorsOf({ type }, {}), {});
    });
  }

  test('names the keys that are missing', () => {
    const infos = validateConnectorConfig(new Map(), {
      type: 'source',
      overridePolicy: 'All',
      extraKeys: [],
      checkTransforms: () => undefined,
      checkConverter: () => undefined,
    });

    assert.deepEqual(
      infos.configs.flatMap(config => config.value.errors),
      [
        'Missing required configuration "name" which has no default value.',
        'Missing required configuration "connector.class" which has no default value.',
      ],
    );
    assert.deepEqual(infos.groups.slice(0, 4), ['Common', 'Transforms', 'Predicates', 'Error Handling']);
  });

  test('gives a key as tools expect it', () => {
    const infos = validateConnectorConfig(new Map([['tasks.max', '0']]), {
      type: 'source',
      overridePolicy: 'All',
      extraKeys: [],
      checkTransforms: () => undefined,
      checkConverter: () => undefined,
    });

    assert.deepEqual(
      infos.configs.find(config => config.value.name === 'tasks.max'),
      {
        definition: {
          name: 'tasks.max',
          type: 'INT',
          required: false,
          defaultValue: '1',
          importance: 'HIGH',
          documentation: 'Largest number of tasks.',
          group: 'Common',
          width: 'SHORT',
          displayName: 'Tasks max',
          dependents: [],
          order: 4,
        },
        value: {
          name: 'tasks.max',
          value: '0',
          recommendedValues: [],
          errors: ['Invalid value 0 for configuration tasks.max: Value must be at least 1'],
          visible: true,
        },
      },
    );
  });

  test('puts the error of a sink without topics on both keys', () => {
    const text = 'Must configure one of topics or topics.regex';

    assert.deepEqual(errorsOf({ type: 'sink' }, { topics: ' ' }), { topics: [text], 'topics.regex': [text] });
  });

  test('puts the error of a sink with topics and a pattern on both keys', () => {
    const text = 'topics and topics.regex are mutually exclusive options, but both are set.';

    assert.deepEqual(errorsOf({ type: 'sink' }, { 'topics.regex': 'a.*' }), { topics: [text], 'topics.regex': [text] });
  });

  test('tells what is wrong with a pattern', () => {
    const errors = errorsOf({ type: 'sink' }, { topics: '', 'topics.regex': 'a*+' });

    assert.match(errors['topics.regex']?.[0] ?? '', /^Invalid value a\*\+ for .*: Invalid regex: .*possessive/);
  });

  test('refuses a dead letter queue among the topics', () => {
    const errors = errorsOf({ type: 'sink' }, { topics: 'a,d', 'errors.deadletterqueue.topic.name': 'd' });

    assert.deepEqual(errors['topics'], [
      "The DLQ topic 'd' may not be included in the list of topics ('topics=[a, d]') consumed by the connector",
    ]);
  });

  test('refuses a dead letter queue that the pattern matches', () => {
    const props = { topics: '', 'topics.regex': 'd.*', 'errors.deadletterqueue.topic.name': 'dlq' };

    assert.deepEqual(errorsOf({ type: 'sink' }, props)['topics.regex'], [
      "The DLQ topic 'dlq' may not be matched by the regex for the topics ('topics.regex=d.*') consumed by the connector",
    ]);
  });

  test('passes on what is wrong with a converter', () => {
    assert.deepEqual(errorsOf({ type: 'source' }, { 'key.converter': 'Known', 'value.converter': 'Other' }), {
      'value.converter': ["Invalid value Other for configuration value.converter: There is no 'Other'"],
    });
  });

  const unavailable: readonly (readonly [ConnectorType, key: string, value: string])[] = [
    ['source', 'transaction.boundary', 'Interval'],
    ['source', 'transaction.boundary', 'connector'],
    ['source', 'topic.creation.default.partitions', '3'],
    ['source', 'topic.creation.groups', 'a'],
    ['sink', 'value.converter.plugin.version', '1.0'],
  ];
  for (const [type, key, value] of unavailable) {
    test(`refuses ${key}=${value} rather than ignoring it`, () => {
      const errors = errorsOf({ type }, { [key]: value });

      assert.match(errors[key]?.[0] ?? '', /This version of Millrace does not/);
    });
  }

  test('refuses values of error keys that Kafka Connect refuses', () => {
    const wrong = {
      'errors.tolerance': 'ALL',
      'errors.retry.timeout': 'soon',
      'errors.log.enable': 'yes',
      'errors.deadletterqueue.topic.replication.factor': '40000',
    };

    assert.deepEqual(errorsOf({ type: 'sink' }, wrong), {
      'errors.tolerance': ['Invalid value ALL for configuration errors.tolerance: String must be one of: none, all'],
      'errors.retry.timeout': ['Invalid value soon for configuration errors.retry.timeout: Not a number of type LONG'],
      'errors.log.enable': [
        'Invalid value yes for configuration errors.log.enable: Expected value to be either true or false',
      ],
      'errors.deadletterqueue.topic.replication.factor': [
        'Invalid value 40000 for configuration errors.deadletterqueue.topic.replication.factor: Not a number of type SHORT',
      ],
    });
  });

  test('refuses exactly-once support that is required', () => {
    assert.deepEqual(errorsOf({ type: 'source' }, { 'exactly.once.support': 'REQUIRED' }), {
      'exactly.once.support': ['This worker does not have exactly-once source support enabled.'],
    });
  });

  for (const [key, value] of [
    ['exactly.once.support', 'requested'],
    ['transaction.boundary', 'POLL'],
    ['errors.tolerance', 'none'],
    ['errors.tolerance', 'all'],
    ['errors.log.enable', 'true'],
    ['errors.retry.timeout', '-1'],
    // A source has no dead letter queue: the key is none of its own.
    ['errors.deadletterqueue.topic.name', 'dlq'],
    ['transforms', ''],
    ['topic.creation.groups', ''],
  ] as const) {
    test(`accepts ${key}=${value}`, () => {
      assert.deepEqual(errorsOf({ type: 'source' }, { [key]: value }), {});
    });
  }

  test('refuses overrides that the policy does not allow', () => {
    const props = { 'producer.override.linger.ms': '5', 'producer.override.sasl.mechanism': 'PLAIN' };
    const refusal = (policy: string, key: string): string =>
      `The '${policy}' policy does not allow '${key}' to be overridden in the connector configuration.`;

    assert.deepEqual(errorsOf({ type: 'source', overridePolicy: 'All' }, props), {});
    assert.deepEqual(errorsOf({ type: 'source', overridePolicy: 'Principal' }, props), {
      'producer.override.linger.ms': [refusal('Principal', 'linger.ms')],
    });
    assert.deepEqual(errorsOf({ type: 'source', overridePolicy: 'None' }, props), {
      'producer.override.linger.ms': [refusal('None', 'linger.ms')],
      'producer.override.sasl.mechanism': [refusal('None', 'sasl.mechanism')],
    });
  });
});

describe('connector configuration', () => {
  test('gives the topics of a sink once each', () => {
    const config = parseConnectorConfig(
      'sink',
      new Map([
        ['name', 'c'],
        ['connector.class', 'X'],
        ['topics', 'a, b,,a'],
      ]),
    );

    assert.deepEqual(sinkTopics(config), ['a', 'b']);
  });

  test('is refused with every wrong key', () => {
    assert.throws(() => parseConnectorConfig('source', new Map([['tasks.max', 'x']])), {
      code: 'CONFIG_INVALID',
      message: /contains the following 3 error\(s\)/,
    });
  });
});
