/** Keys of the schema registry client, which the converters of schema registries share. Names and defaults are Confluent's. */
import type { ConfigKeySpec } from '../../config/config-key.ts';
import { tlsKeys } from '../../config/tls-keys.ts';
import { atLeast } from '../../config/validators.ts';

/** Keys that start with this are the client's, whether given with it or without. */
export const clientPrefix = 'schema.registry.';

/** The keys. Those of TLS need the prefix `schema.registry.`; others may have it. */
export const registryKeys: readonly ConfigKeySpec[] = [
  {
    name: 'schema.registry.url',
    type: 'LIST',
    importance: 'HIGH',
    documentation:
      'Addresses of the schema registry, separated by commas: each is tried when the one before does not answer. `mock://NAME` is a ' +
      'registry in the memory of this process, shared by all that give the same name.',
  },
  {
    name: 'max.schemas.per.subject',
    type: 'INT',
    default: 1000,
    validator: atLeast(1),
    importance: 'LOW',
    documentation: 'Most schemas that are remembered, by id and by subject each.',
  },
  {
    name: 'max.retries',
    type: 'INT',
    default: 3,
    validator: atLeast(0),
    importance: 'LOW',
    documentation: 'How often a request is sent again to each address that does not answer.',
  },
  {
    name: 'retries.wait.ms',
    type: 'INT',
    default: 1000,
    validator: atLeast(0),
    importance: 'LOW',
    documentation: 'Longest wait before the first time that a request is sent again, ms; it doubles each time.',
  },
  {
    name: 'retries.max.wait.ms',
    type: 'INT',
    default: 20_000,
    validator: atLeast(0),
    importance: 'LOW',
    documentation: 'Longest wait before a request is sent again, ms.',
  },
  {
    name: 'http.connect.timeout.ms',
    type: 'INT',
    default: 60_000,
    validator: atLeast(1),
    importance: 'LOW',
    documentation: 'How long a connection may take to be made, ms.',
  },
  {
    name: 'http.read.timeout.ms',
    type: 'INT',
    default: 60_000,
    validator: atLeast(1),
    importance: 'LOW',
    documentation:
      'How long an answer may take, ms. Together with `http.connect.timeout.ms` it also bounds a request with all its retries.',
  },
  {
    name: 'missing.cache.size',
    type: 'INT',
    default: 10_000,
    validator: atLeast(1),
    importance: 'LOW',
    documentation: 'Most schemas of which is remembered that the registry does not have or refuses them.',
  },
  {
    name: 'missing.id.cache.ttl.sec',
    type: 'LONG',
    default: 0,
    validator: atLeast(0),
    importance: 'LOW',
    documentation: 'How long it is remembered that an id is not known, s; at least 1.',
  },
  {
    name: 'missing.schema.cache.ttl.sec',
    type: 'LONG',
    default: 0,
    validator: atLeast(0),
    importance: 'LOW',
    documentation: 'How long it is remembered that a subject lacks or refuses a schema, s; at least 1.',
  },
  {
    name: 'latest.cache.ttl.sec',
    type: 'INT',
    default: -1,
    validator: atLeast(-1),
    importance: 'LOW',
    documentation: 'How long the latest version of a subject is remembered, s; -1 for as long as the task runs.',
  },
  {
    name: 'basic.auth.credentials.source',
    type: 'STRING',
    default: null,
    importance: 'MEDIUM',
    documentation:
      'Where user and password come from: `URL` (`http://user:password@host`), `USER_INFO` (`basic.auth.user.info`) or ' +
      "`SASL_INHERIT` (the converter's `sasl.jaas.config`). Those of an address are used when this is not set.",
  },
  {
    name: 'basic.auth.user.info',
    type: 'PASSWORD',
    default: null,
    importance: 'MEDIUM',
    documentation: 'User and password as `user:password`.',
  },
  {
    name: 'sasl.jaas.config',
    type: 'PASSWORD',
    default: null,
    importance: 'LOW',
    documentation:
      'Login module with options `username` and `password`, for `basic.auth.credentials.source=SASL_INHERIT`.',
  },
  {
    name: 'bearer.auth.credentials.source',
    type: 'STRING',
    default: null,
    importance: 'MEDIUM',
    documentation: 'Where the bearer token comes from: `STATIC_TOKEN` (`bearer.auth.token`).',
  },
  {
    name: 'bearer.auth.token',
    type: 'PASSWORD',
    default: null,
    importance: 'MEDIUM',
    documentation: 'Token that is sent with every request.',
  },
  ...tlsKeys
    .filter(key => key.name.startsWith('ssl.keystore') || key.name.startsWith('ssl.truststore') || isOtherTlsKey(key))
    .map(key => ({ ...key, name: `${clientPrefix}${key.name}` })),
];

function isOtherTlsKey({ name }: ConfigKeySpec): boolean {
  return name === 'ssl.key.password' || name === 'ssl.endpoint.identification.algorithm';
}
