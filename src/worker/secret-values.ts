import type { ConnectorConfig } from '../storage/config-store.ts';
import type { ConfigKeyDescription } from '../wire/plugin-messages.ts';

/** A configuration as stored and as used, with what its connector declares of its keys. */
export interface SecretSources {
  /** References to config providers unresolved. */
  readonly stored: ConnectorConfig;
  /** The same with references resolved. */
  readonly resolved: ConnectorConfig;
  readonly keys: readonly ConfigKeyDescription[];
}

/** Keys of the framework that hold secrets; those of Kafka clients whatever their prefix. */
const frameworkSecretKey =
  /^plugin\.attach\.token$|(?:\.|^)(?:sasl\.jaas\.config|ssl\.(?:key|keystore|truststore)\.password|ssl\.keystore\.key)$/;

/**
 * Values that must not show in a log (I9): those of PASSWORD keys, those that came from config providers, and those of the
 * framework's secret keys.
 */
export function secretValues({ stored, resolved, keys }: SecretSources): readonly string[] {
  const passwordKeys = new Set(keys.filter(key => key.type === 'PASSWORD').map(key => key.name));
  const secrets = [...resolved].filter(
    ([key, value]) => passwordKeys.has(key) || frameworkSecretKey.test(key) || stored.get(key) !== value,
  );
  return secrets.map(([, value]) => value);
}
