import type { FieldViolation } from '../errors/connect-error.ts';
import { ConfigDef, toConfigError } from './config-def.ts';
import { invalidValueText } from './config-value.ts';
import { distributedKeys } from './distributed-keys.ts';
import { millraceWorkerKeys } from './millrace-keys.ts';
import { findOverridePolicy } from './override-policy.ts';
import type { ParsedConfig } from './parsed-config.ts';
import { withPrefix, type ConfigMap } from './parsed-config.ts';
import { restKeys } from './rest-keys.ts';
import { tlsKeys } from './tls-keys.ts';
import { standaloneKeys, workerKeys } from './worker-keys.ts';

/** Keys of a standalone worker. */
export const standaloneConfigDef = new ConfigDef()
  .defineAll(workerKeys)
  .defineAll(tlsKeys)
  .defineAll(restKeys)
  .defineAll(standaloneKeys)
  .defineAll(millraceWorkerKeys);

/** Keys of a distributed worker. */
export const distributedConfigDef = new ConfigDef()
  .defineAll(workerKeys)
  .defineAll(tlsKeys)
  .defineAll(restKeys)
  .defineAll(distributedKeys)
  .defineAll(millraceWorkerKeys);

/**
 * Reads the configuration of a standalone worker. Keys that are not declared are kept: settings of converters and config
 * providers, and of Kafka clients, prefixed or not.
 *
 * @param props with references to config providers already resolved.
 * @throws {ConfigError} with every wrong key.
 */
export function parseStandaloneConfig(props: ConfigMap): ParsedConfig {
  const config = standaloneConfigDef.parse(props);
  const violations = [...checkSilence(config), ...checkGrpcListeners(config), ...checkOverridePolicy(config)];
  if (violations.length > 0) throw toConfigError(violations);
  return config;
}

/**
 * Reads the configuration of a distributed worker; as {@link parseStandaloneConfig}.
 *
 * @throws {ConfigError} with every wrong key.
 */
export function parseDistributedConfig(props: ConfigMap): ParsedConfig {
  const config = distributedConfigDef.parse(props);
  const violations = [
    ...checkSilence(config),
    ...checkGrpcListeners(config),
    ...checkOverridePolicy(config),
    ...checkHeartbeat(config),
    ...checkSignatures(config),
  ];
  if (violations.length > 0) throw toConfigError(violations);
  return config;
}

/** A setting that was given and has no effect, for a warning at start. */
export interface IgnoredSetting {
  readonly key: string;
  readonly reason: string;
}

/**
 * Settings of a worker that are accepted, because Kafka Connect's own files have them, but that nothing heeds here.
 * A value that repeats the default is not told.
 */
export function findIgnoredWorkerSettings(config: ParsedConfig): readonly IgnoredSetting[] {
  const ignored: IgnoredSetting[] = [];
  const isInCluster = config.originals.has('group.id');
  for (const [key, reason] of ignoredWorkerKeys) {
    if (isInCluster && memberAddressKeys.has(key)) continue;
    if (config.isSet(key) && config.originals.get(key) !== '') ignored.push({ key, reason });
  }
  for (const prefix of ['internal.key.converter', 'internal.value.converter']) {
    const keys = [...config.originals.keys()].filter(key => key === prefix || key.startsWith(`${prefix}.`));
    ignored.push(...keys.map(key => ({ key, reason: 'internal topics always hold JSON without schemas' })));
  }
  return ignored;
}

/** Settings of a converter or config provider: those with `prefix`, but not its version. */
export function pluginSettings(props: ConfigMap, prefix: string): Map<string, string> {
  const settings = withPrefix(props, prefix);
  settings.delete('plugin.version');
  return settings;
}

/** These say where the other workers of a cluster find this one. */
const memberAddressKeys = new Set(['listeners', 'rest.advertised.host.name', 'rest.advertised.port']);

const notInThisVersion = 'this version of Millrace does not have it';

const ignoredWorkerKeys: ReadonlyMap<string, string> = new Map([
  ['plugin.discovery', 'plugins are found by their plugin.json'],
  ['metric.reporters', 'reporters are Java classes'],
  ['rest.extension.classes', 'extensions are Java classes'],
  ['ssl.provider', 'it names a Java provider'],
  ['ssl.keymanager.algorithm', 'it names a Java algorithm'],
  ['ssl.trustmanager.algorithm', 'it names a Java algorithm'],
  ['ssl.secure.random.implementation', 'it names a Java implementation'],
  ['ssl.engine.factory.class', 'it names a Java class'],
  ['key.converter.plugin.version', 'converters are built in'],
  ['value.converter.plugin.version', 'converters are built in'],
  ['header.converter.plugin.version', 'converters are built in'],
  ['metrics.sample.window.ms', notInThisVersion],
  ['metrics.num.samples', notInThisVersion],
  ['metrics.recording.level', notInThisVersion],
  ['listeners', `the REST API: ${notInThisVersion}`],
  ['admin.listeners', `the REST API: ${notInThisVersion}; the gRPC admin API has 'grpc.listeners'`],
  ['rest.advertised.host.name', `the REST API: ${notInThisVersion}`],
  ['rest.advertised.port', `the REST API: ${notInThisVersion}`],
  ['rest.advertised.listener', `the REST API: ${notInThisVersion}`],
  ['access.control.allow.origin', `the REST API: ${notInThisVersion}`],
  ['access.control.allow.methods', `the REST API: ${notInThisVersion}`],
  ['response.http.headers.config', `the REST API: ${notInThisVersion}`],
  ['ssl.client.auth', `the REST API: ${notInThisVersion}`],
]);

/** One lost heartbeat must not count as death. */
function checkSilence(config: ParsedConfig): readonly FieldViolation[] {
  const [heartbeatMs, deadAfterMs] = [config.long('plugin.heartbeat.ms'), config.long('plugin.dead.after.ms')];
  if (deadAfterMs >= 2 * heartbeatMs) return [];
  const reason = `Value must be at least twice plugin.heartbeat.ms (${heartbeatMs})`;
  return [
    { key: 'plugin.dead.after.ms', message: invalidValueText('plugin.dead.after.ms', String(deadAfterMs), reason) },
  ];
}

function checkGrpcListeners(config: ParsedConfig): readonly FieldViolation[] {
  const bad = config.list('grpc.listeners').find(url => /^https:/i.test(url));
  if (bad === undefined) return [];
  const reason = 'TLS is not available for the gRPC admin API in this version; use http://host:port';
  return [{ key: 'grpc.listeners', message: invalidValueText('grpc.listeners', bad, reason) }];
}

/** The broker ends the session of a member whose heartbeats come less often. */
function checkHeartbeat(config: ParsedConfig): readonly FieldViolation[] {
  const key = 'heartbeat.interval.ms';
  const [heartbeatMs, sessionMs] = [config.int(key), config.int('session.timeout.ms')];
  if (heartbeatMs < sessionMs) return [];
  const reason = `Value must be less than session.timeout.ms (${sessionMs})`;
  return [{ key, message: invalidValueText(key, String(heartbeatMs), reason) }];
}

/** A worker must accept what it signs itself. @see `DistributedConfig#validateInterWorkerKeyConfigs` in Kafka Connect. */
function checkSignatures(config: ParsedConfig): readonly FieldViolation[] {
  const key = 'inter.worker.signature.algorithm';
  const algorithm = config.string(key);
  if (config.list('inter.worker.verification.algorithms').includes(algorithm)) return [];
  const reason = 'Signature algorithm must be present in inter.worker.verification.algorithms list';
  return [{ key, message: invalidValueText(key, algorithm, reason) }];
}

function checkOverridePolicy(config: ParsedConfig): readonly FieldViolation[] {
  const key = 'connector.client.config.override.policy';
  const name = config.string(key);
  if (findOverridePolicy(name) !== undefined) return [];
  return [{ key, message: invalidValueText(key, name, 'There is no such policy; use All, None or Principal') }];
}
