/** Prints nanoseconds per record of each way through a converter (D3): `npx tsx test/bench/converters.ts`. */
import type { SideConversion } from '../../src/converters/byte-conversion.ts';
import type { Converter } from '../../src/converters/converter.ts';
import { createConverter } from '../../src/converters/create-converter.ts';
import type { DeclaredSchema, PluginFormat } from '../../src/converters/plugin-format.ts';
import { prepared } from '../support/prepared.ts';

const rounds = 100_000;
const topic = 'topic';

const definition =
  '{"type":"record","name":"Order","fields":[{"name":"id","type":"long"},{"name":"customer","type":"string"},' +
  '{"name":"amount","type":"double"},{"name":"items","type":{"type":"array","items":"string"}},{"name":"note","type":["null","string"]}]}';
const jsonDefinition =
  '{"type":"struct","name":"Order","fields":[{"field":"id","type":"int64"},{"field":"customer","type":"string"},' +
  '{"field":"amount","type":"double"},{"field":"items","type":"array","items":{"type":"string"}},' +
  '{"field":"note","type":"string","optional":true}]}';
const json = Buffer.from('{"id":4711,"customer":"Ada Lovelace","amount":19.99,"items":["lamp","desk"],"note":null}');

const converter = (className: string, settings: Readonly<Record<string, string>> = {}): Converter =>
  createConverter({ className, settings: new Map(Object.entries(settings)), role: 'value' });
const declared = (format: PluginFormat, text = ''): DeclaredSchema => ({
  format,
  definition: Buffer.from(text),
  name: '',
  version: 0,
});

/** Bytes of one record, copied: what a conversion gives is valid until its next call. */
async function convert(side: SideConversion, bytes: Buffer): Promise<Buffer> {
  if (side === 'as-is') return bytes;
  const range = await prepared(() => side.convert(bytes, 0, bytes.length, topic));
  return Buffer.from(range.buffer.subarray(range.start, range.end));
}

async function measure(name: string, side: SideConversion, bytes: Buffer): Promise<void> {
  if (side === 'as-is') {
    process.stdout.write(`${name.padEnd(52)}    as is, 0 ns/record\n`);
    return;
  }
  await convert(side, bytes);
  for (let i = 0; i < rounds; i += 1) side.convert(bytes, 0, bytes.length, topic);
  const startMs = performance.now();
  for (let i = 0; i < rounds; i += 1) side.convert(bytes, 0, bytes.length, topic);
  const ns = ((performance.now() - startMs) * 1e6) / rounds;
  process.stdout.write(`${name.padEnd(52)} ${ns.toFixed(0).padStart(8)} ns/record\n`);
}

const avro = converter('Avro', { 'schema.registry.url': 'mock://bench' });
const jsonPlain = converter('Json', { 'schemas.enable': 'false' });
const jsonSchema = converter('Json');
const framed = await convert(avro.toKafka(declared('JSON', jsonDefinition)), json);
const data = await convert(avro.toPlugin('AVRO'), framed);
const enveloped = await convert(jsonSchema.toKafka(declared('JSON', jsonDefinition)), json);

await measure('AVRO → Avro (five bytes added)', avro.toKafka(declared('AVRO', definition)), data);
await measure('Avro → AVRO (five bytes taken away)', avro.toPlugin('AVRO'), framed);
await measure('JSON with schema → Avro (encoded)', avro.toKafka(declared('JSON', jsonDefinition)), json);
await measure('Avro → JSON (decoded)', avro.toPlugin('JSON'), framed);
await measure('AVRO → JSON without schemas (decoded)', jsonPlain.toKafka(declared('AVRO', definition)), data);
await measure('JSON → JSON without schemas', jsonPlain.toKafka(declared('JSON')), json);
await measure('JSON without schemas → JSON', jsonPlain.toPlugin('JSON'), json);
await measure(
  'JSON with schema → JSON with schemas (envelope)',
  jsonSchema.toKafka(declared('JSON', jsonDefinition)),
  json,
);
await measure('JSON with schemas → JSON (payload)', jsonSchema.toPlugin('JSON'), enveloped);
await measure('JSON with schemas → AVRO (decoded, encoded)', jsonSchema.toPlugin('AVRO'), enveloped);
await measure('UTF8 → String', converter('String').toKafka(declared('UTF8')), json);
await measure('String → UTF8', converter('String').toPlugin('UTF8'), json);
await measure('RAW → ByteArray', converter('ByteArray').toKafka(declared('RAW')), json);
await measure('ByteArray → RAW', converter('ByteArray').toPlugin('RAW'), json);

/** Data alone, without plugin formats. */
function measureData(name: string, run: () => unknown): void {
  for (let i = 0; i < rounds; i += 1) run();
  const startMs = performance.now();
  for (let i = 0; i < rounds; i += 1) run();
  const ns = ((performance.now() - startMs) * 1e6) / rounds;
  process.stdout.write(`${name.padEnd(52)} ${ns.toFixed(0).padStart(8)} ns/record\n`);
}
const read = await prepared(() => avro.toConnectData(framed, topic));
measureData('Avro → Connect data', () => avro.toConnectData(framed, topic));
await prepared(() => avro.fromConnectData(read.schema, read.value, topic));
measureData('Connect data → Avro', () => avro.fromConnectData(read.schema, read.value, topic));
