/** Converters of Avro with registries in memory. */
import assert from 'node:assert/strict';
import type { Converter } from '../../src/converters/converter.ts';
import { createConverter } from '../../src/converters/create-converter.ts';
import type { DeclaredSchema } from '../../src/converters/plugin-format.ts';
import { MockSchemaRegistry } from '../../src/converters/registry/mock-schema-registry.ts';
import type { ConnectValue, SchemaAndValue } from '../../src/data/connect-value.ts';
import type { Schema } from '../../src/data/schema.ts';
import { prepared } from './prepared.ts';

let scopes = 0;

/** A converter with a registry of its own. */
export function converterOf(settings: Readonly<Record<string, string>> = {}): {
  readonly converter: Converter;
  readonly registry: MockSchemaRegistry;
} {
  const scope = `avro-converter-${(scopes += 1)}`;
  const all = { 'schema.registry.url': `mock://${scope}`, ...settings };
  const converter = createConverter({ className: 'Avro', settings: new Map(Object.entries(all)), role: 'value' });
  return { converter, registry: MockSchemaRegistry.ofScope(scope) };
}

export async function write(converter: Converter, schema: Schema | null, value: ConnectValue): Promise<Buffer> {
  const bytes = await prepared(() => converter.fromConnectData(schema, value, 'topic'));
  assert.ok(bytes !== null);
  return Buffer.from(bytes);
}

export const read = (converter: Converter, bytes: Uint8Array): Promise<SchemaAndValue> =>
  prepared(() => converter.toConnectData(bytes, 'topic'));

export const avro = (definition: string): DeclaredSchema => ({
  format: 'AVRO',
  definition: Buffer.from(definition),
  name: '',
  version: 0,
});

export async function convert(
  side: ReturnType<Converter['toKafka']>,
  bytes: Buffer,
): Promise<{ readonly bytes: Buffer; readonly schema: DeclaredSchema | null }> {
  assert.ok(side !== 'as-is');
  const source = Buffer.concat([Buffer.from('xxx'), bytes, Buffer.from('yy')]);
  const range = await prepared(() => side.convert(source, 3, 3 + bytes.length, 'topic'));
  return { bytes: Buffer.from(range.buffer.subarray(range.start, range.end)), schema: range.schema };
}
