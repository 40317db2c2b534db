import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { packageRoot } from '../../../src/config/package-root.ts';
import { AvroDataReader, AvroDataWriter, toAvroSchema } from '../../../src/converters/avro/avro-data.ts';
import { losslessAvroData } from '../../../src/converters/avro/avro-data-config.ts';
import { parseAvroSchema } from '../../../src/converters/avro/parse-avro-schema.ts';
import { writeAvroSchema } from '../../../src/converters/avro/write-avro-schema.ts';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import { schemaRegistryFolder } from '../../support/real-schema-registry.ts';

/** Asks Java's Avro through `AvroCases.java`: a line of answer for each line asked. */
async function askAvro(lines: readonly string[]): Promise<readonly string[]> {
  const program = join(packageRoot(), 'test/conformance/parity/AvroCases.java');
  const result = spawnSync('java', ['-cp', join(await schemaRegistryFolder(), '*'), program], {
    input: lines.join('\n'),
    encoding: 'utf8',
    timeout: 240_000,
  });
  if (result.error !== undefined) throw new Error(`This test needs a JDK (17 or newer): ${result.error.message}`);
  const answers = result.stdout.split('\n').slice(0, -1);
  assert.equal(answers.length, lines.length, result.stderr);
  return answers;
}

const person =
  '{"type":"record","name":"Person","namespace":"org.example","doc":"d","fields":[{"name":"id","type":"long","doc":"x","default":7},' +
  '{"name":"next","type":["null","Person"],"default":null}],"connect.name":"org.example.Person","aliases":["P"]}';
/** Schemas that Java prints as they are, and such that it prints in another way or refuses. */
const schemas: readonly string[] = [
  '"int"',
  '{"type":"int"}',
  '{"type":"int","logicalType":"date","connect.version":1}',
  '["null","int"]',
  '{"type":"array","items":{"type":"map","values":"bytes","k":{"a":[1,2.5,null]}}}',
  '{ "type" : "fixed" , "size" : 4, "name" : "a.b.F" , "extra" : true }',
  '{"type":"enum","name":"E","namespace":"x","symbols":["A","B"],"default":"A","doc":"e"}',
  person,
  '{"type":"record","name":"Out","namespace":"a","fields":[{"name":"in","type":{"type":"record","name":"b.In","fields":[{"name":"o","type":["null","a.Out"]}]}},{"name":"again","type":"b.In"}]}',
  '{"type":"record","name":"N","fields":[{"name":"e","type":{"type":"enum","name":"X","namespace":"n","symbols":["S"]}},{"name":"f","type":"n.X","order":"descending","aliases":["g"]}]}',
  '"unknown"',
  '["int","int"]',
  '{"type":"record","name":"1","fields":[]}',
  '{"type":"record","name":"D","fields":[{"name":"a","type":"int"},{"name":"a","type":"int"}]}',
];

const everything =
  '{"type":"record","name":"All","fields":[{"name":"b","type":"boolean"},{"name":"i","type":"int"},{"name":"l","type":"long"},' +
  '{"name":"f","type":"float"},{"name":"d","type":"double"},{"name":"s","type":"string"},{"name":"y","type":"bytes"},' +
  '{"name":"x","type":{"type":"fixed","name":"X","size":2}},{"name":"e","type":{"type":"enum","name":"E","symbols":["A","B"]}},' +
  '{"name":"u","type":["null","int",{"type":"array","items":"All"}]},{"name":"m","type":{"type":"map","values":"long"}}]}';
/** Schemas with data of them. */
const data: readonly (readonly [string, string])[] = [
  ['"int"', '01'],
  ['"int"', 'ffffffff0f'],
  ['"long"', 'feffffffffffffffff01'],
  ['"long"', 'ffffffffffffffffff01'],
  ['"double"', '000000000000f87f'],
  ['"string"', '06e282ac'],
  ['["null","string"]', '00'],
  ['["null","string"]', '020261'],
  ['{"type":"array","items":"int"}', '04020400'],
  ['{"type":"array","items":"int"}', '0304020400'],
  ['{"type":"map","values":"int"}', '0202610200'],
  [person, '0e00'],
  [person, '0e02feffffffffffffffff0100'],
  [everything, '0104060000c03f000000000000f83f0261020707080002020202610a00'],
  ['{"type":"bytes","logicalType":"decimal","precision":6,"scale":2}', '0404d2'],
  ['{"type":"long","logicalType":"timestamp-millis"}', '80a0abfef962'],
];

describe("Avro beside Java's", () => {
  let printed: readonly string[];
  let rewritten: readonly string[];

  before(async () => {
    const answers = await askAvro([
      ...schemas.map(schema => `schema\t${schema}`),
      ...data.map(([schema, hex]) => `data\t${schema}\t${hex}`),
    ]);
    printed = answers.slice(0, schemas.length);
    rewritten = answers.slice(schemas.length);
  });

  for (const [index, schema] of schemas.entries()) {
    test(`prints or refuses ${schema.slice(0, 80)} (${index})`, () => {
      const expected = printed[index] ?? '';

      const ours = outcomeOf(() => writeAvroSchema(parseAvroSchema(schema)));

      assert.equal(ours, expected.startsWith('error\t') ? 'refused' : expected);
    });
  }

  for (const [index, [schema, hex]] of data.entries()) {
    test(`reads ${hex} of ${schema.slice(0, 60)} and writes it again (${index})`, () => {
      const [expected] = (rewritten[index] ?? '').split('\t');
      const avro = parseAvroSchema(schema);
      const reader = new AvroDataReader(avro, { config: losslessAvroData, version: null });
      const bytes = Buffer.from(hex, 'hex');

      const value = reader.read(bytes, 0, bytes.length);
      const written = new AvroDataWriter(reader.schema, avro, losslessAvroData).write(value);

      assert.equal(written.toString('hex'), expected);
      // What Connect makes of the schema is a schema of the same bytes.
      const own = new AvroDataWriter(reader.schema, toAvroSchema(reader.schema, losslessAvroData), losslessAvroData);
      assert.equal(own.write(value).toString('hex'), expected);
    });
  }
});

function outcomeOf(run: () => string): string {
  try {
    return run();
  } catch (error) {
    if (error instanceof ConnectError) return 'refused';
    throw error;
  }
}
