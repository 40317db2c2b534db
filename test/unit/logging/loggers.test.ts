import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import { levelNames, parseLevelName, toLevelName } from '../../../src/logging/log-levels.ts';
import { Loggers } from '../../../src/logging/loggers.ts';

/** Loggers of which each line is `logger level message`. */
function createLoggers(nowMs = () => 0): { readonly loggers: Loggers; readonly lines: string[] } {
  const lines: string[] = [];
  const write = (line: string): void => {
    const { name, level, msg, task } = JSON.parse(line) as Record<string, unknown>;
    lines.push([name, pino.levels.labels[Number(level)], msg, ...(task === undefined ? [] : [task])].join(' '));
  };
  const sink = pino({ level: 'trace' }, { write });
  return { loggers: new Loggers({ level: 'info', nowMs, sink }), lines };
}

describe('loggers', () => {
  test('say what their own level, or that of the nearest ancestor, allows', () => {
    const { loggers, lines } = createLoggers();
    const [kafka, herder] = ['millrace.kafka', 'millrace.herder'].map(name => loggers.get(name));
    loggers.setLevel('millrace.kafka', 'debug');

    for (const logger of [kafka, herder]) {
      logger?.debug('detail');
      logger?.info({ task: 1 }, 'news');
    }

    assert.deepEqual(lines, [
      'millrace.kafka debug detail',
      'millrace.kafka info news 1',
      'millrace.herder info news 1',
    ]);
  });

  test('and the children of a logger follow it, also those that were there before', () => {
    const { loggers, lines } = createLoggers();
    const child = loggers.get('millrace.worker').child({ task: 3 }).child({ more: true });

    child.debug('before');
    loggers.setLevel('root', 'debug');
    child.debug('after');
    loggers.setLevel('millrace', 'silent');
    child.fatal('silenced');

    assert.deepEqual(lines, ['millrace.worker debug after 3']);
  });

  test('under a name are set with it, and nothing beside it', () => {
    const { loggers } = createLoggers();
    for (const name of ['millrace', 'millrace.kafka', 'millrace.kafka.fetch', 'millrace.kafkaesque']) loggers.get(name);

    const affected = loggers.setLevel('millrace.kafka', 'trace');

    assert.deepEqual(affected, ['millrace.kafka', 'millrace.kafka.fetch']);
    assert.deepEqual(
      [...loggers.levels()].map(([name, { level }]) => `${name} ${level}`),
      ['millrace info', 'millrace.kafka trace', 'millrace.kafka.fetch trace', 'millrace.kafkaesque info', 'root info'],
    );
  });

  test('tell when they were last changed, which setting the level that they have does not do', () => {
    let now = 5;
    const { loggers } = createLoggers(() => now);
    loggers.get('a');

    loggers.setLevel('a', 'debug');
    now = 9;
    loggers.setLevel('a', 'debug');
    loggers.setLevel('root', 'debug');

    assert.deepEqual(loggers.level('a'), { level: 'debug', lastModifiedMs: 5 });
    assert.deepEqual(loggers.level('ROOT'), { level: 'debug', lastModifiedMs: 9 });
  });

  test('are known once one asked for them or set them, up to a bound (I7)', () => {
    const { loggers } = createLoggers();
    const unknown = loggers.level('org.apache.kafka');

    const affected = loggers.setLevel('org.apache.kafka', 'warn');

    assert.equal(unknown, null);
    assert.deepEqual(affected, ['org.apache.kafka']);
    assert.deepEqual(loggers.level('org.apache.kafka')?.level, 'warn');
    assert.throws(
      () => {
        for (let index = 0; index < 1000; index += 1) loggers.setLevel(`made.up.${index}`, 'info');
      },
      { code: 'QUEUE_FULL' },
    );
  });

  test('tell of changes until that is ended', () => {
    const { loggers } = createLoggers();
    let changes = 0;
    const end = loggers.onChange(() => (changes += 1));

    loggers.setLevel('a', 'warn');
    end();
    loggers.setLevel('a', 'info');

    assert.equal(changes, 1);
  });
});

describe('a level', () => {
  test('has the name that Kafka Connect gives it, in any case', () => {
    const levels = levelNames.map(name => parseLevelName(name.toLowerCase()));

    assert.deepEqual(levels, ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']);
    assert.deepEqual(
      levels.map(level => level && toLevelName(level)),
      levelNames,
    );
    assert.deepEqual(['', 'silent', 'verbose'].map(parseLevelName), [null, null, null]);
  });
});
