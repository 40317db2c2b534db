/** Cases of data: Java's answer to a question beside our way to it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import { askJava, type Json } from './connect-cases.ts';

/** A case for Java with our way to the answer. */
export interface DataCase {
  readonly title: string;
  readonly question: Json;
  run(): Json;
}

function outcomeOf(run: () => Json): Json {
  try {
    return { ok: run() };
  } catch (error) {
    if (error instanceof ConnectError) return { error: true };
    throw error;
  }
}

/** Tests each case against Java's answer; any error is like any other. */
export function compare(name: string, cases: readonly DataCase[]): void {
  describe(name, async () => {
    const answers = await askJava(cases.map(({ question }) => question));
    for (const [index, one] of cases.entries()) {
      test(one.title, () => {
        const answer = answers[index];
        const expected = answer?.error === undefined ? { ok: answer?.ok ?? null } : { error: true };

        const ours = outcomeOf(() => one.run());

        assert.deepEqual(ours, expected, answer?.message);
      });
    }
  });
}
