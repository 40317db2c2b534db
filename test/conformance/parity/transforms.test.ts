import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ConfigKey } from '../../../src/config/config-key.ts';
import { formatConfigValue } from '../../../src/config/config-value.ts';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import {
  createPredicate,
  createTransform,
  predicateClasses,
  transformClasses,
} from '../../../src/transforms/transform-registry.ts';
import { askJava, encodeRecord, type Json } from './connect-cases.ts';
import { transformCases, type TransformCase } from './transform-cases.ts';
import { recordOf, sideData } from './transform-records.ts';

/** Our outcome in the form of Java's: the result, or which kind of error. */
function outcomeOf(run: () => Json): Json {
  try {
    return { ok: run() };
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    return { error: error.code === 'CONFIG_INVALID' ? 'config' : 'record' };
  }
}

function runOurs({ className, config, record }: TransformCase): Json {
  const settings = new Map(Object.entries(config));
  const transform = createTransform({ name: className, settings, nowMs: 0 });
  const result = transform(record);
  return result === null ? null : encodeRecord(result);
}

const cases = transformCases();
const answers = await askJava(
  cases.map(({ className, config, record }) => ({
    op: 'transform',
    class: className,
    config,
    record: encodeRecord(record),
  })),
);

describe('transforms beside real Kafka Connect', () => {
  for (const [index, one] of cases.entries()) {
    test(one.title, () => {
      const answer = answers[index];
      const expected =
        answer?.error === undefined
          ? { ok: answer?.ok ?? null }
          : { error: answer.error === 'config' ? 'config' : 'record' };

      const ours = outcomeOf(() => runOurs(one));

      assert.deepEqual(ours, expected, answer?.message);
    });
  }
});

describe('predicates beside real Kafka Connect', async () => {
  const prefix = 'org.apache.kafka.connect.transforms.predicates.';
  const predicateCases = [
    ['TopicNameMatches', { pattern: 'orders-.*' }],
    ['TopicNameMatches', { pattern: 'orders' }],
    ['TopicNameMatches', { pattern: '' }],
    ['TopicNameMatches', { pattern: '[' }],
    ['TopicNameMatches', {}],
    ['HasHeaderKey', { name: 'h1' }],
    ['HasHeaderKey', { name: 'nope' }],
    ['HasHeaderKey', { name: '' }],
    ['HasHeaderKey', {}],
    ['RecordIsTombstone', {}],
  ] as const;
  const all = predicateCases.flatMap(([name, config]) =>
    Object.entries(sideData)
      .slice(0, 12)
      .map(([what, data]) => ({ className: prefix + name, config, what, record: recordOf('Value', data) })),
  );
  const results = await askJava(
    all.map(({ className, config, record }) => ({
      op: 'predicate',
      class: className,
      config,
      record: encodeRecord(record),
    })),
  );
  for (const [index, { className, config, what, record }] of all.entries()) {
    test(`${className.slice(prefix.length)} ${JSON.stringify(config)} on ${what}`, () => {
      const answer = results[index];

      const ours = outcomeOf(() => createPredicate(className, new Map(Object.entries(config)))(record));

      assert.deepEqual(ours, answer?.error === undefined ? { ok: answer?.ok ?? null } : { error: answer.error });
    });
  }
});

describe('settings of transforms and predicates', async () => {
  const classes = [...transformClasses, ...predicateClasses];
  const results = await askJava(classes.map(({ className }) => ({ op: 'configDef', class: className })));

  for (const [index, { className, configDef }] of classes.entries()) {
    test(`of ${className} are declared as Kafka declares them`, () => {
      assert.deepEqual([...configDef.keys.values()].map(describeKey), results[index]?.ok);
    });
  }
});

function describeKey(key: ConfigKey): Json {
  return {
    name: key.name,
    type: key.type,
    importance: key.importance,
    required: key.isRequired,
    default: formatConfigValue(key.defaultValue),
    order: key.orderInGroup,
    group: key.group,
    width: key.width,
    displayName: key.displayName,
  };
}
