/** Cases for Confluent's AvroData, as Apicurio's fork of it answers them: how they are asked, and our way to the answer. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { packageRoot } from '../../../src/config/package-root.ts';
import type { Converter } from '../../../src/converters/converter.ts';
import type { MockSchemaRegistry } from '../../../src/converters/registry/mock-schema-registry.ts';
import type { ConnectValue } from '../../../src/data/connect-value.ts';
import type { Schema } from '../../../src/data/schema.ts';
import { ConnectError } from '../../../src/errors/connect-error.ts';
import { converterOf } from '../../support/avro-converters.ts';
import { prepared } from '../../support/prepared.ts';
import { schemaRegistryFolder } from '../../support/real-schema-registry.ts';
import { askProgram, encodeData, kafkaClassPath, type Answer, type Json } from './connect-cases.ts';

/** Settings of a converter by their keys. */
export type Settings = Readonly<Record<string, string>>;

/** A case for the fork with our way to the answer. */
export interface AvroDataCase {
  readonly title: string;
  readonly question: Json;
  run(): Promise<Json>;
}

/** Connect data to write. */
export interface Written {
  readonly title: string;
  readonly schema: Schema | null;
  readonly value: ConnectValue;
}

/** Avro data to read, and its Connect data to write again. */
export interface Read {
  readonly title: string;
  readonly avro: string;
  readonly hex: string;
  /** Version of the schema under its subject; 1 unless it is given. */
  readonly version?: number;
}

/** The case of data to write. */
export function writeCase({ title, schema, value }: Written, config: Settings = {}): AvroDataCase {
  return {
    title: titleOf(title, config),
    question: { op: 'write', config, ...encodeData({ schema, value }) },
    run: () => writeData(converterOf(config), schema, value),
  };
}

/** The case of data to write, to read again and to write once more. */
export function bothCase({ title, schema, value }: Written, config: Settings = {}): AvroDataCase {
  return {
    title: titleOf(title, config),
    question: { op: 'both', config, ...encodeData({ schema, value }) },
    run: async () => {
      const { converter } = converterOf(config);
      const bytes = await prepared(() => converter.fromConnectData(schema, value, 'topic'));
      return bytes === null ? null : readData(converter, bytes, config);
    },
  };
}

/** The case of data to read. */
export function readCase({ title, avro, hex, version = 1 }: Read, config: Settings = {}): AvroDataCase {
  return {
    title: titleOf(title, config),
    question: { op: 'read', config, avro, hex, version },
    run: async () => {
      const { converter, registry } = converterOf(config);
      const register = (text: string): Promise<number> => {
        const schema = { schemaType: 'AVRO', schema: text, references: [] } as const;
        return registry.register({ subject: 'topic-value', schema, normalize: false });
      };
      for (let earlier = 1; earlier < version; earlier += 1) await register(`{"type":"int","version":${earlier}}`);
      const id = await register(avro);
      const bytes = Buffer.concat([Buffer.from([0, 0, 0, 0, id]), Buffer.from(hex, 'hex')]);
      return readData(converter, bytes, config);
    },
  };
}

async function readData(converter: Converter, bytes: Uint8Array, config: Settings): Promise<Json> {
  const data = await prepared(() => converter.toConnectData(bytes, 'topic'));
  const again = await outcomeOf(() => writeData(converterOf(config), data.schema, data.value));
  return { ...encodeData(data), again: again.error === undefined ? (again.ok ?? null) : 'refused' };
}

/** The fork's answers, in the order of the cases. */
export async function askAvroData(cases: readonly AvroDataCase[]): Promise<readonly Answer[]> {
  const jars = [await kafkaClassPath(), join(await schemaRegistryFolder(), '*')];
  const classes = await mkdtemp(join(tmpdir(), 'millrace-avro-data-'));
  try {
    const sources = ['ConnectCases', 'AvroDataCases'].map(name =>
      join(packageRoot(), `test/conformance/parity/${name}.java`),
    );
    const compiled = spawnSync('javac', ['-nowarn', '-cp', jars.join(delimiter), '-d', classes, ...sources], {
      encoding: 'utf8',
      timeout: 120_000,
    });
    if (compiled.status !== 0) {
      throw new Error(`This test needs a JDK (17 or newer): ${compiled.error?.message ?? compiled.stderr}`);
    }
    const classPath = [classes, ...jars].join(delimiter);
    return askProgram(
      ['-cp', classPath, 'AvroDataCases'],
      cases.map(({ question }) => question),
    );
  } finally {
    await rm(classes, { recursive: true, force: true });
  }
}

/** What a case comes to; any error is like any other. */
export async function outcomeOf(run: () => Promise<Json>): Promise<{ readonly ok?: Json; readonly error?: true }> {
  try {
    return { ok: await run() };
  } catch (error) {
    if (error instanceof ConnectError) return { error: true };
    throw error;
  }
}

async function writeData(
  { converter, registry }: { readonly converter: Converter; readonly registry: MockSchemaRegistry },
  schema: Schema | null,
  value: ConnectValue,
): Promise<Json> {
  const bytes = await prepared(() => converter.fromConnectData(schema, value, 'topic'));
  if (bytes === null) return null;
  const registered = await registry.schemaByVersion('topic-value', 1);
  return { avro: registered.schema, hex: Buffer.from(bytes).subarray(5).toString('hex') };
}

function titleOf(title: string, config: Settings): string {
  const settings = Object.entries(config).map(([key, value]) => `${key}=${value}`);
  return settings.length === 0 ? title : `${title} with ${settings.join(', ')}`;
}
