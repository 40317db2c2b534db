/** Transforms that change headers alone. */
import { ConfigDef } from '../config/config-def.ts';
import { nonNull } from '../config/validators.ts';
import { parseValue } from '../data/value-parser.ts';
import { nonEmptyList } from './common-keys.ts';
import type { TransformKind } from './transform.ts';

/**
 * Drops headers by name.
 *
 * @see `org.apache.kafka.connect.transforms.DropHeaders`.
 */
export const dropHeadersKind: TransformKind = {
  simpleName: 'DropHeaders',
  hasSides: false,
  touches: ['headers'],
  configDef: new ConfigDef().define({
    name: 'headers',
    type: 'LIST',
    validator: nonEmptyList(),
    importance: 'HIGH',
    documentation: 'Names of the headers to drop.',
  }),
  create: ({ config }) => {
    const names = new Set(config.list('headers'));
    return record => ({ ...record, headers: record.headers.without(names) });
  },
};

/**
 * Adds a header of fixed value to every record.
 *
 * @see `org.apache.kafka.connect.transforms.InsertHeader`.
 */
export const insertHeaderKind: TransformKind = {
  simpleName: 'InsertHeader',
  hasSides: false,
  touches: ['headers'],
  configDef: new ConfigDef().defineAll([
    {
      name: 'header',
      type: 'STRING',
      validator: nonNull(),
      importance: 'HIGH',
      documentation: 'Name of the header.',
    },
    {
      name: 'value.literal',
      type: 'STRING',
      validator: nonNull(),
      importance: 'HIGH',
      documentation: 'Value of the header; its type is guessed from the text as SimpleHeaderConverter does.',
    },
  ]),
  create: ({ config }) => {
    const header = { key: config.string('header'), ...parseValue(config.string('value.literal')) };
    return record => ({ ...record, headers: record.headers.add(header) });
  },
};
