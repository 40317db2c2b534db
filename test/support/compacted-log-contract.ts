import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { CompactedLog } from '../../src/kafka/compacted-log.ts';
import { patience, RecordKeeper } from './compacted-logs.ts';

const bytes = (text: string): Buffer => Buffer.from(text);

/** What every compacted log does. `prepare` gives a maker of logs, not started, of one new topic. */
export function testCompactedLog(name: string, prepare: (t: TestContext) => Promise<() => CompactedLog>): void {
  describe(name, () => {
    test('hands on all that was there at its start, then all that is written by anyone', async t => {
      const create = await prepare(t);
      const [first, second, third] = [create(), create(), create()];
      const [early, late] = [new RecordKeeper(), new RecordKeeper()];
      await first.start(() => undefined, patience());
      await Promise.all(
        Array.from({ length: 50 }, (_, index) => first.send(bytes(`k${index % 7}`), bytes(`v${index}`))),
      );

      await second.start(early.listener, patience());
      const atStart = early.lines.length;
      await first.send(bytes('k1'), null);
      await second.readToEnd(patience());
      await third.start(late.listener, patience());

      assert.equal(atStart, 50);
      assert.equal(early.lines.length, 51);
      assert.match(early.lines.at(-1) ?? '', /^\d k1=null$/);
      assert.deepEqual(late.lines.toSorted(), early.lines.toSorted());
      assert.ok(third.partitionCount > 0);
    });

    test('keeps the order of sends of one key', async t => {
      const log = (await prepare(t))();
      const keeper = new RecordKeeper();
      await log.start(keeper.listener, patience());

      await Promise.all(Array.from({ length: 200 }, (_, index) => log.send(bytes('k'), bytes(String(index)))));
      await log.readToEnd(patience());

      assert.deepEqual(
        keeper.lines.map(line => Number(line.split('=')[1])),
        Array.from({ length: 200 }, (_, index) => index),
      );
    });

    test('shows own sends, acknowledged or not, after a read to the end', async t => {
      const log = (await prepare(t))();
      const keeper = new RecordKeeper();
      await log.start(keeper.listener, patience());

      const missing: number[] = [];
      const reads: Promise<void>[] = [];
      for (let sent = 1; sent <= 20; sent += 1) {
        void log.send(bytes(`k${sent}`), bytes('v'));
        reads.push(log.readToEnd(patience()).then(() => void missing.push(Math.max(0, sent - keeper.lines.length))));
        if (sent % 3 === 0) await reads.at(-1);
      }
      await Promise.all(reads);

      assert.deepEqual(
        missing,
        Array.from({ length: 20 }, () => 0),
      );
    });

    test('ends a read to the end when its signal aborts, and when it is closed', async t => {
      const log = (await prepare(t))();
      await log.start(() => undefined, patience());

      await assert.rejects(log.readToEnd(AbortSignal.abort(new Error('enough'))), /enough/);
      await log.close();
      await log.close();

      await assert.rejects(log.readToEnd(patience()), /closed/);
      await assert.rejects(log.send(bytes('k'), null), /closed/);
    });
  });
}
