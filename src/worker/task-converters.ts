import type { ConfigMap } from '../config/parsed-config.ts';
import { pluginSettings } from '../config/worker-config.ts';
import type { SideConversion } from '../converters/byte-conversion.ts';
import type { Converter, ConverterRole } from '../converters/converter.ts';
import { createConverter } from '../converters/create-converter.ts';
import type { DeclaredSchema } from '../converters/plugin-format.ts';
import { conversion, type Operation } from './errors/stage.ts';

/** The converters of one task, the connector's or else the worker's. */
export interface TaskConverters {
  readonly key: Converter;
  readonly value: Converter;
  readonly header: Converter;
}

/** Plugin bytes to Kafka bytes, per declared schema and side (D3). */
export interface SourceConversion {
  key(schema: DeclaredSchema): SideConversion;
  value(schema: DeclaredSchema): SideConversion;
  header(schema: DeclaredSchema): SideConversion;
  /** What they are for the error handling. */
  readonly operations: { readonly key: Operation; readonly value: Operation; readonly header: Operation };
}

/** How a source's records are converted. */
export function sourceConversion(converters: TaskConverters): SourceConversion {
  return {
    key: schema => converters.key.toKafka(schema),
    value: schema => converters.value.toKafka(schema),
    header: schema => converters.header.toKafka(schema),
    operations: {
      key: conversion('key', converters.key),
      value: conversion('value', converters.value),
      header: conversion('header', converters.header),
    },
  };
}

/**
 * The converters of a connector's tasks. A converter that the connector names takes the connector's settings only; the worker's
 * settings go with the worker's converter.
 *
 * @throws {ConfigError} for an unknown converter or wrong settings.
 */
export function createTaskConverters(worker: ConfigMap, connector: ConfigMap): TaskConverters {
  return {
    key: createOne('key', worker, connector),
    value: createOne('value', worker, connector),
    header: createOne('header', worker, connector),
  };
}

const defaultHeaderConverter = 'org.apache.kafka.connect.storage.SimpleHeaderConverter';

function createOne(role: ConverterRole, worker: ConfigMap, connector: ConfigMap): Converter {
  const key = `${role}.converter`;
  const owner = connector.has(key) ? connector : worker;
  const className = owner.get(key) ?? (role === 'header' ? defaultHeaderConverter : '');
  return createConverter({ className, settings: pluginSettings(owner, `${key}.`), role });
}
