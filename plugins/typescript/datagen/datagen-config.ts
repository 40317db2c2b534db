import {
  atLeast,
  ConfigDef,
  ConfigError,
  type ConfigMap,
  type FieldViolation,
  nonEmpty,
  oneOf,
} from '../../../src/sdk/index.ts';

/** What the values look like. */
export const shapes = ['counter', 'bytes', 'user', 'order'] as const;

/** One of {@link shapes}. */
export type Shape = (typeof shapes)[number];

/** Keys of the connector. */
export const datagenConfigDef = new ConfigDef()
  .define({
    name: 'topic',
    type: 'STRING',
    validator: nonEmpty(),
    importance: 'HIGH',
    documentation: 'Topic that the records go to.',
  })
  .define({
    name: 'rate',
    type: 'DOUBLE',
    default: 10,
    validator: atLeast(0),
    importance: 'HIGH',
    documentation: 'Records per second of each task; 0 means as many as the worker takes.',
  })
  .define({
    name: 'count',
    type: 'LONG',
    default: 0,
    validator: atLeast(0),
    importance: 'HIGH',
    documentation: 'Records to make in all, divided among the tasks; 0 means that they never end.',
  })
  .define({
    name: 'shape',
    type: 'STRING',
    default: 'counter',
    validator: oneOf(...shapes),
    importance: 'MEDIUM',
    documentation:
      'What the values are: counter (generator and count, as in 0-17), bytes (the same, filled up to size), user or order (a JSON object).',
  })
  .define({
    name: 'size',
    type: 'INT',
    default: 100,
    validator: atLeast(1),
    importance: 'MEDIUM',
    documentation: 'Bytes of a value of shape bytes.',
  })
  .define({
    name: 'schema',
    type: 'STRING',
    default: 'utf8',
    validator: oneOf('utf8', 'json', 'raw'),
    importance: 'MEDIUM',
    documentation: 'How the worker is to read the values: utf8 (a string), json (schemaless data) or raw (bytes).',
  })
  .define({
    name: 'key',
    type: 'BOOLEAN',
    default: false,
    importance: 'LOW',
    documentation: 'Whether records have a key, which is generator and count, as in 0-17.',
  });

/** Keys of a task's configuration that say which part of the work it does. */
export const generatorKey = 'generator';
export const generatorsKey = 'generators';

/** A task's part of the work. */
export interface GeneratorConfig {
  readonly topic: string;
  readonly ratePerSecond: number;
  /** Records that this generator makes; Infinity for no end. */
  readonly count: number;
  readonly shape: Shape;
  readonly size: number;
  readonly format: 'UTF8' | 'JSON' | 'RAW';
  readonly hasKey: boolean;
  /** Number of this generator, from 0. */
  readonly generator: number;
}

/** Values of a task's configuration. @throws {ConfigError} with every wrong key. */
export function parseGeneratorConfig(config: ConfigMap): GeneratorConfig {
  const parsed = datagenConfigDef.parse(config);
  const generator = Number(config.get(generatorKey) ?? 0);
  const generators = Number(config.get(generatorsKey) ?? 1);
  const total = parsed.long('count');
  const share = Math.floor(total / generators) + (generator < total % generators ? 1 : 0);
  const shape = shapes.find(known => known === parsed.string('shape')) ?? 'counter';
  const conflict = findConflict(config);
  if (conflict !== undefined) throw new ConfigError(conflict.message, [conflict]);
  return {
    topic: parsed.string('topic'),
    ratePerSecond: parsed.double('rate'),
    count: total === 0 ? Number.POSITIVE_INFINITY : share,
    shape,
    size: parsed.int('size'),
    format: formats[parsed.string('schema')] ?? 'UTF8',
    hasKey: parsed.boolean('key'),
    generator,
  };
}

/** What is wrong with keys together that are right one by one. */
export function findConflict(config: ConfigMap): FieldViolation | undefined {
  const shape = config.get('shape') ?? 'counter';
  if (config.get('schema') !== 'json' || shape === 'user' || shape === 'order') return undefined;
  return {
    key: 'schema',
    message: `Invalid value json for configuration schema: values of shape ${shape} are no JSON; use shape user or order`,
  };
}

const formats: Readonly<Record<string, GeneratorConfig['format']>> = { utf8: 'UTF8', json: 'JSON', raw: 'RAW' };
