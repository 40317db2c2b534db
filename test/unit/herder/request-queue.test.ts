import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createDeferred } from '../../../src/async/deferred.ts';
import { Stages } from '../../../src/async/stages.ts';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import { RequestQueue } from '../../../src/herder/request-queue.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const never = new AbortController().signal;
const always = (): boolean => true;

function createQueue(requestsMax?: number, stages = new Stages(new ManualClock(0))): RequestQueue {
  return new RequestQueue({ stages, onSubmit: () => undefined, ...(requestsMax !== undefined && { requestsMax }) });
}

describe('the request queue', () => {
  test('does requests one after the other, in the order in which they came', async () => {
    const queue = createQueue();
    const seen: string[] = [];
    const first = createDeferred<string>();
    const answers = [
      queue.submit('a', () => (seen.push('a begins'), first.promise), never),
      queue.submit('b', async () => (seen.push('b begins'), 'b'), never),
    ];

    const drained = queue.drain(always);
    await Promise.resolve();
    assert.deepEqual(seen, ['a begins']);
    first.resolve('a');
    await drained;

    assert.deepEqual(await Promise.all(answers), ['a', 'b']);
  });

  test('stops between two requests when it may not go on', async () => {
    const queue = createQueue();
    let isSettled = true;
    const done: string[] = [];
    void queue.submit('a', async () => void (isSettled = false), never);
    void queue.submit('b', async () => void done.push('b'), never);

    await queue.drain(() => isSettled);

    assert.deepEqual(done, []);
  });

  test('never begins a request whose caller has gone', async () => {
    const queue = createQueue();
    const caller = new AbortController();
    const done: string[] = [];
    const answer = queue.submit('a', async () => void done.push('a'), caller.signal);

    caller.abort();
    await queue.drain(always);

    await assert.rejects(answer, { code: 'DEADLINE_EXCEEDED', message: 'Request timed out' });
    assert.deepEqual(done, []);
  });

  test('tells a caller that gives up what the worker is doing', async () => {
    const queue = createQueue();
    const caller = new AbortController();
    const answer = queue.submit('reading', () => new Promise(() => undefined), caller.signal);

    void queue.drain(always);
    caller.abort();

    await assert.rejects(answer, {
      message: 'Request timed out. The worker is currently reading, which began at 1970-01-01T00:00:00.000Z',
    });
  });

  test('tells a caller that gives up what the worker did last', async () => {
    const queue = createQueue();
    await Promise.all([queue.submit('reading', async () => undefined, never), queue.drain(always)]);
    const caller = new AbortController();
    const answer = queue.submit('writing', async () => undefined, caller.signal);

    caller.abort();

    await assert.rejects(answer, {
      message:
        'Request timed out. The last operation the worker completed was reading, which began at 1970-01-01T00:00:00.000Z and completed at 1970-01-01T00:00:00.000Z',
    });
  });

  test('wakes the tick for each request that it takes', async () => {
    let woken = 0;
    const stages = new Stages(new ManualClock(0));
    const queue = new RequestQueue({ stages, onSubmit: () => (woken += 1), requestsMax: 1 });

    const answer = queue.submit('a', async () => 'a', never);
    const refused = queue.submit('b', async () => 'b', never);
    await assert.rejects(refused, { code: 'QUEUE_FULL' });
    await queue.drain(always);

    assert.deepEqual([await answer, woken], ['a', 1]);
  });

  test('answers with what the action fails with', async () => {
    const queue = createQueue();
    const failure = new ConnectError('CONNECTOR_EXISTS', 'there');
    const answers = [failure, new Error('bug')].map(error => queue.submit('a', () => Promise.reject(error), never));
    const failing = Promise.all([
      assert.rejects(Promise.resolve(answers[0]), failure),
      assert.rejects(Promise.resolve(answers[1]), { name: 'ConnectError', message: /bug/ }),
    ]);

    await queue.drain(always);
    await failing;
  });

  test('refuses more than it may hold (I7)', async () => {
    const queue = createQueue(1);
    void queue.submit('a', async () => undefined, never);

    await assert.rejects(
      queue.submit('b', async () => undefined, never),
      { code: 'QUEUE_FULL' },
    );
  });

  test('refuses what waits and what comes once it is closed', async () => {
    const queue = createQueue();
    const waiting = queue.submit('a', async () => undefined, never);

    const over = new ConnectError('SHUTTING_DOWN', 'over');
    const before = queue.closed;
    queue.close(over);
    queue.close(new ConnectError('INTERNAL', 'later'));

    assert.deepEqual([before, queue.closed], [null, over]);
    await assert.rejects(waiting, { code: 'SHUTTING_DOWN' });
    await assert.rejects(
      queue.submit('b', async () => undefined, never),
      { code: 'SHUTTING_DOWN' },
    );
  });
});
