import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../config/package-root.ts';
import { resolveDependencies, type JarResolution } from './maven-folder.ts';

/** The jars of one Kafka version. */
export interface KafkaJars {
  /** Folder with every jar; `<folder>/*` is the class path. */
  readonly folder: string;
  /** For instance `4.1.0`. */
  readonly version: string;
}

/** Folder of this program's assets: pom and logging configuration. */
export function brokerAssets(): string {
  return join(packageRoot(), 'src', 'cli', 'broker');
}

/**
 * The Kafka jars that `pom.xml` names, resolved once.
 *
 * @throws {ConnectError} BROKER_UNAVAILABLE when Maven is missing or fails.
 */
export async function resolveKafkaJars(options: JarResolution): Promise<KafkaJars> {
  const pomFile = join(brokerAssets(), 'pom.xml');
  const version = /<kafka\.version>([^<]+)</.exec(await readFile(pomFile, 'utf8'))?.[1];
  if (version === undefined) throw new Error(`${pomFile} names no kafka.version`);
  const what = `the jars of Kafka ${version}`;
  return { folder: await resolveDependencies(options, { pomFile, name: `kafka-${version}`, what }), version };
}
