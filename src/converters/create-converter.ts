import { SystemClock, type Clock } from '../async/clock.ts';
import type { ConfigMap } from '../config/parsed-config.ts';
import { ConfigError } from '../errors/connect-error.ts';
import { AvroConverter } from './avro/avro-converter.ts';
import { ByteArrayConverter } from './byte-array-converter.ts';
import type { Converter, ConverterRole } from './converter.ts';
import { JsonConverter } from './json-converter.ts';
import { JsonSchemaConverter } from './jsonschema/json-schema-converter.ts';
import { PrimitiveConverter, primitiveCodecs } from './primitive-converter.ts';
import { ProtobufConverter } from './protobuf/protobuf-converter.ts';
import { SimpleHeaderConverter } from './simple-header-converter.ts';
import { StringConverter } from './string-converter.ts';

/** What a converter is made from. */
export interface ConverterOptions {
  /** Class name or alias, as the configuration has it. */
  readonly className: string;
  /** The converter's own settings, without prefix. */
  readonly settings: ConfigMap;
  readonly role: ConverterRole;
  /** Time for what is remembered of a schema registry; the system's if not given. */
  readonly clock?: Clock;
}

/**
 * Makes the converter of that name. Java's full class name, its simple name, and the simple name without `Converter` all name
 * it.
 *
 * @throws {ConfigError} when there is no such converter for that role, naming those there are; or for wrong settings.
 */
export function createConverter(options: ConverterOptions): Converter {
  const entry = converterEntries.find(candidate => namesOf(candidate.className).includes(options.className.trim()));
  if (entry === undefined || !entry.roles.includes(options.role)) throw unknownConverter(options);
  return entry.create(options.settings, options);
}

/** Full class names of the converters for a role. */
export function converterClassNames(role: ConverterRole): readonly string[] {
  return converterEntries.filter(entry => entry.roles.includes(role)).map(entry => entry.className);
}

interface ConverterEntry {
  readonly className: string;
  readonly roles: readonly ConverterRole[];
  create(settings: ConfigMap, options: ConverterOptions): Converter;
}

const everyRole: readonly ConverterRole[] = ['key', 'value', 'header'];

const converterEntries: readonly ConverterEntry[] = [
  {
    className: 'org.apache.kafka.connect.json.JsonConverter',
    roles: everyRole,
    create: settings => new JsonConverter(settings),
  },
  {
    className: 'org.apache.kafka.connect.storage.StringConverter',
    roles: everyRole,
    create: settings => new StringConverter(settings),
  },
  {
    className: 'org.apache.kafka.connect.converters.ByteArrayConverter',
    roles: everyRole,
    create: () => new ByteArrayConverter(),
  },
  ...primitiveCodecs.map(codec => ({
    className: `org.apache.kafka.connect.converters.${codec.simpleName}`,
    roles: everyRole,
    create: () => new PrimitiveConverter(codec),
  })),
  {
    className: 'io.confluent.connect.avro.AvroConverter',
    roles: ['key', 'value'],
    create: (settings, { role, clock = new SystemClock() }) =>
      new AvroConverter({ settings, role: role === 'key' ? 'key' : 'value', clock }),
  },
  {
    className: 'io.confluent.connect.json.JsonSchemaConverter',
    roles: ['key', 'value'],
    create: (settings, { role, clock = new SystemClock() }) =>
      new JsonSchemaConverter({ settings, role: role === 'key' ? 'key' : 'value', clock }),
  },
  {
    className: 'io.confluent.connect.protobuf.ProtobufConverter',
    roles: ['key', 'value'],
    create: (settings, { role, clock = new SystemClock() }) =>
      new ProtobufConverter({ settings, role: role === 'key' ? 'key' : 'value', clock }),
  },
  {
    className: 'org.apache.kafka.connect.storage.SimpleHeaderConverter',
    roles: ['header'],
    create: () => new SimpleHeaderConverter(),
  },
];

function namesOf(className: string): readonly string[] {
  const simpleName = className.slice(className.lastIndexOf('.') + 1);
  return [className, simpleName, simpleName.replace(/(?:Header)?Converter$/, ''), simpleName.replace(/Converter$/, '')];
}

function unknownConverter(options: ConverterOptions): ConfigError {
  const known = converterClassNames(options.role)
    .map(name => name.slice(name.lastIndexOf('.') + 1))
    .join(', ');
  const message = `The ${options.role} converter '${options.className}' is not known; known ones are ${known}`;
  return new ConfigError(message, [{ key: `${options.role}.converter`, message }]);
}
