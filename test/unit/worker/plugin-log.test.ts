import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Listeners } from '../../../src/async/listeners.ts';
import { followPluginLog } from '../../../src/worker/plugin-log.ts';

describe("a plugin's log", () => {
  const listeners = new Listeners<undefined>();
  const logAt = (level: string) => ({ level, onChange: (listener: () => void) => listeners.add(listener) });

  test('is told to a task at once where it is not what plugins begin with', () => {
    const told: string[] = [];

    for (const level of ['info', 'debug', 'silent']) followPluginLog(logAt(level), each => told.push(each))();

    assert.deepEqual(told, ['debug', 'error']);
  });

  test('is told again when it has changed, until the task ends', () => {
    const told: string[] = [];
    const log = logAt('info');
    const end = followPluginLog(log, each => told.push(each));

    for (const level of ['debug', 'debug', 'info']) {
      log.level = level;
      listeners.tell(undefined);
    }
    end();
    log.level = 'trace';
    listeners.tell(undefined);

    assert.deepEqual(told, ['debug', 'info']);
  });
});
