import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { SilenceWatch } from '../../../src/plugin-host/silence-watch.ts';
import { ManualClock } from '../../support/manual-clock.ts';

/** A clock whose process may stand still: time passes without its timers. */
class StoppableClock extends ManualClock {
  stoppedMs = 0;

  override monotonicMs(): number {
    return super.monotonicMs() + this.stoppedMs;
  }
}

let clock: StoppableClock;
let silences: number[];
let watch: SilenceWatch;

beforeEach(() => {
  clock = new StoppableClock();
  silences = [];
  watch = new SilenceWatch({ clock, deadAfterMs: 800, onSilent: silentMs => silences.push(silentMs) });
});

describe('the silence watch', () => {
  test('tells once that nothing came for too long', () => {
    clock.advance(799);
    assert.deepEqual(silences, []);

    clock.advance(10_000);

    assert.deepEqual(silences, [800]);
  });

  test('begins anew at each sign of life', () => {
    for (let sign = 0; sign < 5; sign += 1) {
      clock.advance(700);
      watch.sign();
    }
    assert.deepEqual(silences, []);

    clock.advance(1000);

    assert.equal(silences.length, 1);
  });

  test('allows a silence that was announced, until the next sign', () => {
    watch.sign(5000);
    clock.advance(4900);
    assert.deepEqual(silences, []);

    watch.sign();
    clock.advance(900);

    assert.equal(silences.length, 1);
  });

  test('is not shortened by a short announcement', () => {
    watch.sign(1);

    clock.advance(700);

    assert.deepEqual(silences, []);
  });

  test('does not count time in which this process stood still', () => {
    clock.advance(500);
    clock.stoppedMs = 60_000;
    clock.advance(100);

    assert.deepEqual(silences, []);
  });

  test('tells nothing once it is stopped', () => {
    watch.stop();

    clock.advance(10_000);

    assert.deepEqual(silences, []);
  });
});
