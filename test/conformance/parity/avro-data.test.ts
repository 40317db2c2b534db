import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { askAvroData, outcomeOf, readCase, writeCase, type AvroDataCase } from './avro-data-cases.ts';
import { readEverywhere, readSettings, readUnderSettings } from './avro-data-reads.ts';
import { writtenEverywhere, writtenInFields } from './avro-data-writes.ts';
import type { Answer } from './connect-cases.ts';

const cases: readonly AvroDataCase[] = [
  ...writtenEverywhere.map(one => writeCase(one)),
  ...writtenInFields.map(([one, settings]) => writeCase(one, settings)),
  ...readEverywhere.map(one => readCase(one)),
  ...readUnderSettings.flatMap(one => readSettings.map(settings => readCase(one, settings))),
];

describe("AvroConverter beside Confluent's AvroData", () => {
  let answers: readonly Answer[];

  before(async () => {
    answers = await askAvroData(cases);
  });

  for (const [index, one] of cases.entries()) {
    test(one.title, async () => {
      const answer = answers[index];
      const expected = answer?.error === undefined ? { ok: answer?.ok ?? null } : { error: true };

      const ours = await outcomeOf(() => one.run());

      assert.deepEqual(ours, expected, answer?.message);
    });
  }
});
