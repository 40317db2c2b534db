import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { askAvroData, bothCase, outcomeOf, readCase, writeCase, type AvroDataCase } from './avro-data-cases.ts';
import { deviations, type Part } from './avro-data-deviations.ts';
import { writtenAtRandom } from './avro-data-random.ts';
import { readEverywhere, readSettings, readUnderSettings } from './avro-data-reads.ts';
import { specialReads } from './avro-data-special-reads.ts';
import { specialWrites } from './avro-data-special-writes.ts';
import { writtenEverywhere, writtenInFields } from './avro-data-writes.ts';
import { isJsonList, isJsonRecord, type Answer, type Json } from './connect-cases.ts';

const cases: readonly AvroDataCase[] = [
  ...writtenEverywhere.map(one => writeCase(one)),
  ...writtenInFields.map(([one, settings]) => writeCase(one, settings)),
  ...readEverywhere.map(one => readCase(one)),
  ...readUnderSettings.flatMap(one => readSettings.map(settings => readCase(one, settings))),
  ...specialWrites,
  ...specialReads,
];

const atRandom: readonly AvroDataCase[] = writtenAtRandom(300).flatMap((one, index) => {
  const settings = [{}, { 'enhanced.avro.schema.support': 'true' }, { 'discard.type.doc.default': 'true' }];
  const config = settings[index % settings.length];
  return [writeCase(one, config), bothCase(one, config)];
});

describe("AvroConverter beside Confluent's AvroData", () => {
  let answers: readonly Answer[];

  before(async () => {
    answers = await askAvroData([...cases, ...deviations.map(({ one }) => one), ...atRandom]);
  });

  for (const [index, one] of cases.entries()) {
    test(one.title, async () => {
      const expected = outcomeOfAnswer(answers[index]);

      const ours = await outcomeOf(() => one.run());

      assert.deepEqual(ours, expected, answers[index]?.message);
    });
  }

  test('random data of random schemas', async () => {
    for (const [index, one] of atRandom.entries()) {
      const answer = answers[cases.length + deviations.length + index];

      const ours = await outcomeOf(() => one.run());

      assert.deepEqual({ title: one.title, ...ours }, { title: one.title, ...outcomeOfAnswer(answer) });
    }
  });

  for (const [index, { one, reason, part, theirs, ours }] of deviations.entries()) {
    test(`${one.title}: ${reason}`, async () => {
      const expected = outcomeOfAnswer(answers[cases.length + index]);

      const outcome = await outcomeOf(() => one.run());

      assert.deepEqual({ theirs: partOf(expected, part), ours: partOf(outcome, part) }, { theirs, ours });
    });
  }
});

type Outcome = Awaited<ReturnType<typeof outcomeOf>>;

function outcomeOfAnswer(answer: Answer | undefined): Outcome {
  return answer?.error === undefined ? { ok: answer?.ok ?? null } : { error: true };
}

function partOf(outcome: Outcome, part: Part): Json {
  if (outcome.error !== undefined) return 'refused';
  const answer = outcome.ok ?? null;
  if (answer === null) return null;
  if (part === 'again') return memberOf(memberOf(answer, 'again'), 'avro') ?? 'null';
  if (part !== 'default') return withoutSchemas(memberOf(answer, part));
  const [field = null] = listOf(memberOf(memberOf(answer, 'schema'), 'fields'));
  return withoutSchemas(memberOf(memberOf(field, 'schema'), 'default'));
}

function memberOf(json: Json, key: string): Json {
  return isJsonRecord(json) ? (json[key] ?? null) : null;
}

function listOf(json: Json): readonly Json[] {
  return isJsonList(json) ? json : [];
}

/** Structs without their schemas. */
function withoutSchemas(value: Json): Json {
  if (!isJsonList(value)) return value;
  const items = value.map(withoutSchemas);
  return items[0] === 'Struct' ? ['Struct', ...items.slice(2)] : items;
}
