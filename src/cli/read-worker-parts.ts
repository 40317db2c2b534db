import { SystemClock } from '../async/clock.ts';
import { advertisedAddress, toWorkerId } from '../config/advertised-address.ts';
import { ConfigProviders } from '../config/config-providers.ts';
import type { ConfigMap, ParsedConfig } from '../config/parsed-config.ts';
import { readPropertiesFile } from '../config/properties-file.ts';
import { findIgnoredWorkerSettings } from '../config/worker-config.ts';
import type { LogLevel } from '../logging/log-levels.ts';
import { Loggers } from '../logging/loggers.ts';
import { createTaskConverters } from '../worker/task-converters.ts';
import { readVersion } from './version.ts';
import type { WorkerParts } from './worker-parts.ts';

/**
 * Reads a worker's file, and makes from it what everything else is made from. Nothing is started.
 *
 * @param options `parse` as the mode has it, of the resolved file.
 * @throws {ConnectError} what is wrong with the file, or with a converter in it.
 */
export async function readWorkerParts(options: {
  readonly workerFile: string;
  readonly logLevel: LogLevel;
  readonly parse: (config: ConfigMap) => ParsedConfig;
}): Promise<WorkerParts> {
  const clock = new SystemClock();
  const loggers = new Loggers({ level: options.logLevel, nowMs: () => clock.nowMs() });
  const log = loggers.get('millrace');
  const written = await readPropertiesFile(options.workerFile);
  const providers = await ConfigProviders.create(written, { env: process.env, log });
  const config = options.parse(await providers.resolveWorkerConfig(written));
  // Converters that cannot be had are told of at the start, not by each task that needs them.
  createTaskConverters(config.originals, new Map());
  for (const ignored of findIgnoredWorkerSettings(config)) log.warn(ignored, 'A setting has no effect');
  return {
    workerId: toWorkerId(advertisedAddress(config)),
    clock,
    log,
    loggers,
    config,
    version: readVersion(),
    resolve: map => providers.resolve(map),
  };
}
