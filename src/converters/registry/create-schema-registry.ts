import type { Clock } from '../../async/clock.ts';
import { ConfigError } from '../../errors/connect-error.ts';
import { HttpSchemaRegistry } from './http-schema-registry.ts';
import { MockSchemaRegistry } from './mock-schema-registry.ts';
import type { RegistryConfig } from './registry-config.ts';
import type { SchemaRegistry } from './schema-registry.ts';

/**
 * The registry of these settings: one over HTTP, or one in memory for a `mock://` address.
 *
 * @throws {ConfigError} for an address in memory beside others.
 */
export function createSchemaRegistry(config: RegistryConfig, clock: Clock): SchemaRegistry {
  const mocks = config.urls.filter(url => url.protocol === 'mock:');
  const [first] = mocks;
  if (first === undefined) return new HttpSchemaRegistry(config, clock);
  if (config.urls.length === 1) return MockSchemaRegistry.ofScope(`${first.host}${first.pathname}`);
  const message = 'Configuration schema.registry.url mixes a mock:// address with others';
  throw new ConfigError(message, [{ key: 'schema.registry.url', message }]);
}
