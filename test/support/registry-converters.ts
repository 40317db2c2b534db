/** Converters of schema registries, with registries in memory. */
import assert from 'node:assert/strict';
import type { Converter } from '../../src/converters/converter.ts';
import { createConverter } from '../../src/converters/create-converter.ts';
import { MockSchemaRegistry } from '../../src/converters/registry/mock-schema-registry.ts';
import type { ConnectValue, SchemaAndValue } from '../../src/data/connect-value.ts';
import type { Schema } from '../../src/data/schema.ts';
import { prepared } from './prepared.ts';

let scopes = 0;

/** A converter of values with what it keeps its schemas in. */
export interface RegistryConverter {
  readonly converter: Converter;
  readonly registry: MockSchemaRegistry;
}

/** A converter of that class with a registry of its own. */
export function registryConverter(
  className: string,
  settings: Readonly<Record<string, string>> = {},
): RegistryConverter {
  scopes += 1;
  const scope = `registry-converter-${scopes}`;
  const all = { 'schema.registry.url': `mock://${scope}`, ...settings };
  const converter = createConverter({ className, settings: new Map(Object.entries(all)), role: 'value' });
  return { converter, registry: MockSchemaRegistry.ofScope(scope) };
}

/** Kafka's bytes of a value. */
export async function writeValue(converter: Converter, schema: Schema | null, value: ConnectValue): Promise<Buffer> {
  const bytes = await prepared(() => converter.fromConnectData(schema, value, 'topic'));
  assert.ok(bytes !== null);
  return Buffer.from(bytes);
}

/** The value of Kafka's bytes. */
export function readValue(converter: Converter, bytes: Uint8Array): Promise<SchemaAndValue> {
  return prepared(() => converter.toConnectData(bytes, 'topic'));
}
