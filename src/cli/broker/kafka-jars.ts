import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Clock } from '../../async/clock.ts';
import { packageRoot } from '../../config/package-root.ts';
import { ConnectError } from '../../errors/connect-error.ts';
import { runCommand } from './run-command.ts';

/** The jars of one Kafka version. */
export interface KafkaJars {
  /** Folder with every jar; `<folder>/*` is the class path. */
  readonly folder: string;
  /** For instance `4.1.0`. */
  readonly version: string;
}

/** What resolving needs. */
export interface JarResolution {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told before the slow part, in words for people. */
  readonly report: (line: string) => void;
  readonly env?: NodeJS.ProcessEnv;
}

const resolveTimeoutMs = 10 * 60_000;

/** Folder of this program's assets: pom and logging configuration. */
export function brokerAssets(): string {
  return join(packageRoot(), 'src', 'cli', 'broker');
}

/**
 * The Kafka jars that `pom.xml` names, from the cache (`$XDG_CACHE_HOME/millrace`, else `~/.cache/millrace`) or, the first time,
 * by Maven. The cached folder appears whole or not at all, and bears a digest of the pom, so a changed pom is a new folder. Two
 * programs that resolve at the same time both succeed; one result is kept.
 *
 * @throws {ConnectError} BROKER_UNAVAILABLE when Maven is missing or fails.
 */
export async function resolveKafkaJars(options: JarResolution): Promise<KafkaJars> {
  const env = options.env ?? process.env;
  const pomFile = join(brokerAssets(), 'pom.xml');
  const pom = await readFile(pomFile, 'utf8');
  const version = /<kafka\.version>([^<]+)</.exec(pom)?.[1];
  if (version === undefined) throw new Error(`${pomFile} names no kafka.version`);
  const digest = createHash('sha256').update(pom).digest('hex').slice(0, 8);
  const folder = join(cacheFolder(env), `kafka-${version}-${digest}`);
  if (existsSync(folder)) return { folder, version };

  options.report(`Resolving the jars of Kafka ${version} with Maven into ${folder}`);
  const draft = `${folder}.${randomUUID()}`;
  try {
    await mkdir(dirname(draft), { recursive: true });
    await copyDependencies(options, { pomFile, draft, env });
    await moveIntoPlace(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return { folder, version };
}

function cacheFolder(env: NodeJS.ProcessEnv): string {
  const base = env['XDG_CACHE_HOME'];
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'millrace');
}

async function copyDependencies(
  resolution: JarResolution,
  options: { readonly pomFile: string; readonly draft: string; readonly env: NodeJS.ProcessEnv },
): Promise<void> {
  const result = await runCommand(resolution.clock, {
    program: 'mvn',
    args: [
      'dependency:copy-dependencies',
      '--quiet',
      '--batch-mode',
      '-Dstyle.color=never',
      `--file=${options.pomFile}`,
      '-DincludeScope=runtime',
      `-DoutputDirectory=${options.draft}`,
    ],
    env: options.env,
    timeoutMs: resolveTimeoutMs,
    signal: resolution.signal,
  });
  if (result.ok) return;
  const firstError = result.output.split('\n').find(line => line.startsWith('[ERROR]'));
  throw new ConnectError(
    'BROKER_UNAVAILABLE',
    firstError === undefined ? result.reason : `'mvn' failed: ${firstError}`,
  );
}

async function moveIntoPlace(draft: string, folder: string): Promise<void> {
  try {
    await rename(draft, folder);
  } catch (error) {
    // Another program resolved the same jars in the meantime; its folder is as good as ours.
    if (!existsSync(folder)) throw error;
  }
}
