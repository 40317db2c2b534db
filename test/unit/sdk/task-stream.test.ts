import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { TaskStream } from '../../../src/sdk/task-stream.ts';
import { ManualClock } from '../../support/manual-clock.ts';

/** A call whose buffer is full after `room` messages. */
class NarrowCall extends EventEmitter {
  readonly written: string[] = [];
  room: number;
  isEnded = false;

  constructor(room: number) {
    super();
    this.room = room;
  }

  write(message: Buffer): boolean {
    this.written.push(message.toString());
    this.room -= 1;
    return this.room > 0;
  }

  end(): void {
    this.isEnded = true;
  }
}

describe('task stream', () => {
  test('waits for drain when a write says that the buffer is full', async () => {
    const { stream, call } = open(1);

    await stream.sendWhenDrained(Buffer.from('a'));
    const second = stream.sendWhenDrained(Buffer.from('b'));
    await turn();
    const beforeDrain = [...call.written];
    call.room = 1;
    call.emit('drain');
    await second;

    assert.deepEqual([beforeDrain, call.written], [['a'], ['a', 'b']]);
  });

  test('lets signs of life wait while the buffer is full', () => {
    const { stream, call, clock } = open(2);
    stream.startHeartbeats(100);
    stream.send(Buffer.from('fills the buffer'));

    clock.advance(1000);
    const whileFull = call.written.length;
    call.emit('drain');
    clock.advance(100);

    assert.deepEqual([whileFull, call.written.at(-1)], [2, 'heartbeat']);
  });

  test('sends signs of life at the interval, until it ends', () => {
    const { stream, call, clock } = open(100);

    stream.startHeartbeats(100);
    clock.advance(250);
    stream.end();
    clock.advance(1000);

    assert.deepEqual(call.written, ['heartbeat', 'heartbeat', 'heartbeat']);
  });

  test('lets go of whoever waits when the worker cancels', async () => {
    const { stream, call } = open(1);
    stream.send(Buffer.from('a'));
    const sending = stream.sendWhenDrained(Buffer.from('b'));
    const asking = stream.ask(null);
    asking.catch(() => undefined);

    call.emit('cancelled');

    await sending;
    await assert.rejects(asking, { code: 'STREAM_CLOSED' });
    assert.ok(!call.written.includes('b'));
  });

  test('gives each answer to the question of its id, and ignores others', async () => {
    const { stream } = open(100);
    const first = stream.ask(null);
    const second = stream.ask(null);

    stream.receiveReply({ id: 99, error: null, reply: null });
    stream.receiveReply({ id: 2, error: null, reply: { kind: 'offsets', offsets: { offsets: [] } } });
    stream.receiveReply({ id: 1, error: null, reply: null });

    assert.deepEqual([await first, await second], [null, { kind: 'offsets', offsets: { offsets: [] } }]);
  });
});

function open(room: number): { readonly stream: TaskStream; readonly call: NarrowCall; readonly clock: ManualClock } {
  const call = new NarrowCall(room);
  const clock = new ManualClock();
  const stream = new TaskStream({
    // The stream uses of a call what the fake has: write, end, and its events.
    call: call as unknown as ServerDuplexStream<Buffer, Buffer>,
    clock,
    encode: message => Buffer.from(message.kind === 'call' ? `call ${message.call.id}` : message.kind),
  });
  return { stream, call, clock };
}
