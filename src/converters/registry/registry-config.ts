import { ConfigDef } from '../../config/config-def.ts';
import type { ConfigMap, ParsedConfig } from '../../config/parsed-config.ts';
import { ConfigError } from '../../errors/connect-error.ts';
import { clientPrefix, registryKeys } from './registry-keys.ts';
import { createAuthorization, type Authorization } from './registry-credentials.ts';
import { readTlsOptions, type TlsOptions } from './registry-tls.ts';

/** How the registry is reached. */
export interface RegistryConfig {
  /** At least one. */
  readonly urls: readonly URL[];
  readonly authorization: Authorization;
  /** Headers for every request (`request.header.*`). */
  readonly headers: ReadonlyMap<string, string>;
  /** Null if no address has TLS. */
  readonly tls: TlsOptions | null;
  readonly maxRetries: number;
  readonly retryWaitMs: number;
  readonly retryMaxWaitMs: number;
  readonly connectTimeoutMs: number;
  readonly readTimeoutMs: number;
  readonly maxSchemas: number;
  readonly maxMissing: number;
  readonly missingIdTtlMs: number;
  readonly missingSchemaTtlMs: number;
  /** Null: for ever. */
  readonly latestTtlMs: number | null;
}

const registryDef = new ConfigDef().defineAll(registryKeys);

/**
 * The client's settings among a converter's.
 *
 * @throws {ConfigError} for wrong settings, and for those of Confluent's client that are not honoured here.
 */
export function parseRegistryConfig(settings: ConfigMap): RegistryConfig {
  refuseUnavailable(settings);
  const config = registryDef.parse(unprefixed(settings));
  const urls = config.list('schema.registry.url').map(parseUrl);
  if (urls.length === 0) throw invalid('schema.registry.url', 'names no address');
  return {
    urls,
    authorization: createAuthorization(config),
    headers: config.withPrefix('request.header.'),
    tls: urls.some(url => url.protocol === 'https:') ? readTlsOptions(config) : null,
    maxRetries: config.int('max.retries'),
    retryWaitMs: config.int('retries.wait.ms'),
    retryMaxWaitMs: config.int('retries.max.wait.ms'),
    connectTimeoutMs: config.int('http.connect.timeout.ms'),
    readTimeoutMs: config.int('http.read.timeout.ms'),
    maxSchemas: config.int('max.schemas.per.subject'),
    maxMissing: config.int('missing.cache.size'),
    missingIdTtlMs: config.long('missing.id.cache.ttl.sec') * 1000,
    missingSchemaTtlMs: config.long('missing.schema.cache.ttl.sec') * 1000,
    latestTtlMs: ttlMs(config),
  };
}

function ttlMs(config: ParsedConfig): number | null {
  const seconds = config.int('latest.cache.ttl.sec');
  return seconds < 0 ? null : seconds * 1000;
}

/** Keys of the client may have its prefix, as in Confluent's, where those with it win. Its address and its TLS always have it. */
function unprefixed(settings: ConfigMap): ConfigMap {
  const own = [...settings].filter(([key]) => key.startsWith(clientPrefix) && !prefixedKeys.has(key));
  return new Map([
    ...settings,
    ...own.map(([key, value]): [string, string] => [key.slice(clientPrefix.length), value]),
  ]);
}

const prefixedKeys = new Set(registryKeys.map(key => key.name).filter(name => name.startsWith(clientPrefix)));

const unavailableKeys = [
  'proxy.host',
  'bearer.auth.issuer.endpoint.url',
  'bearer.auth.custom.provider.class',
  'bearer.auth.logical.cluster',
  'bearer.auth.identity.pool.id',
];

function refuseUnavailable(settings: ConfigMap): void {
  const found = unavailableKeys.find(key => settings.has(key) || settings.has(`${clientPrefix}${key}`));
  if (found !== undefined) throw invalid(found, 'is not available in this version of Millrace; remove the setting');
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && ['http:', 'https:', 'mock:'].includes(url.protocol)) return url;
  throw invalid('schema.registry.url', 'has an address that starts with neither http://, https:// nor mock://');
}

function invalid(key: string, text: string): ConfigError {
  const message = `Configuration ${key} ${text}`;
  return new ConfigError(message, [{ key, message }]);
}
