import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { describeExit, type ExitReport, judgeOom } from '../../../src/plugin-host/exit-report.ts';
import { counterFiles } from '../../../src/plugin-host/oom-kills.ts';

const exit: ExitReport = { code: 1, signal: null, oom: 'no', isRequested: false, lastLines: [], cause: undefined };

describe('an exit', () => {
  test('for want of memory is told by the kernel, or by the runtime', () => {
    const killed = { ...exit, code: null, signal: 'SIGKILL' };

    assert.equal(judgeOom(killed, true), 'yes');
    assert.equal(
      judgeOom({ ...exit, signal: 'SIGABRT', lastLines: ['x', 'FATAL ERROR: … JavaScript heap out of memory'] }, false),
      'yes',
    );
    assert.equal(judgeOom({ ...exit, lastLines: ['java.lang.OutOfMemoryError: Java heap space'] }, undefined), 'yes');
  });

  test('by a SIGKILL that nobody here sent may be for want of memory', () => {
    const killed = { ...exit, code: null, signal: 'SIGKILL' };

    assert.equal(judgeOom(killed, false), 'possible');
    assert.equal(judgeOom(killed, undefined), 'possible');
  });

  test('that the worker asked for, or that was orderly, is not for want of memory', () => {
    assert.equal(judgeOom({ ...exit, signal: 'SIGKILL', isRequested: true }, true), 'no');
    assert.equal(judgeOom({ ...exit, code: 0, lastLines: ['MemoryError handled'] }, true), 'no');
    assert.equal(judgeOom(exit, true), 'no');
  });

  test('is told in one clause', () => {
    assert.equal(describeExit(exit), 'exited with code 1');
    const killed: ExitReport = { ...exit, code: null, signal: 'SIGKILL', oom: 'possible', lastLines: ['a', 'b'] };
    assert.equal(describeExit(killed), 'was ended by signal SIGKILL, possibly for want of memory; last lines: a | b');
  });
});

describe('the counter of memory kills', () => {
  test('is looked for in the own control group of either version, then at its root', () => {
    assert.deepEqual(counterFiles('0::/app.slice/worker\n'), [
      '/sys/fs/cgroup/app.slice/worker/memory.events',
      '/sys/fs/cgroup/memory.events',
    ]);
    assert.deepEqual(counterFiles('9:name=systemd:/\n5:cpu,memory:/docker/1\n'), [
      '/sys/fs/cgroup/memory/docker/1/memory.oom_control',
      '/sys/fs/cgroup/memory/memory.oom_control',
    ]);
    assert.deepEqual(counterFiles(''), []);
  });
});
