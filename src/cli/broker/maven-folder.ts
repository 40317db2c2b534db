import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Clock } from '../../async/clock.ts';
import { ConnectError } from '../../errors/connect-error.ts';
import { runCommand } from './run-command.ts';

/** What resolving needs. */
export interface JarResolution {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told before the slow part, in words for people. */
  readonly report: (line: string) => void;
  readonly env?: NodeJS.ProcessEnv;
}

const resolveTimeoutMs = 10 * 60_000;

/**
 * Folder with everything that a pom depends on, from the cache (`$XDG_CACHE_HOME/millrace`, else `~/.cache/millrace`) or, the first
 * time, by Maven. The folder appears whole or not at all, and bears a digest of the pom, so a changed pom is a new folder. Two
 * programs that resolve at the same time both succeed; one result is kept.
 *
 * @param source the pom; `name` starts the folder's name; `what` names it all for people; `prepare` changes the folder before it appears.
 * @throws {ConnectError} BROKER_UNAVAILABLE when Maven is missing or fails.
 */
export async function resolveDependencies(
  options: JarResolution,
  source: {
    readonly pomFile: string;
    readonly name: string;
    readonly what: string;
    readonly prepare?: (folder: string) => Promise<void>;
  },
): Promise<string> {
  const env = options.env ?? process.env;
  const digest = createHash('sha256')
    .update(await readFile(source.pomFile, 'utf8'))
    .digest('hex')
    .slice(0, 8);
  const folder = join(cacheFolder(env), `${source.name}-${digest}`);
  if (existsSync(folder)) return folder;

  options.report(`Resolving ${source.what} with Maven into ${folder}`);
  const draft = `${folder}.${randomUUID()}`;
  try {
    await mkdir(dirname(draft), { recursive: true });
    await copyDependencies(options, { pomFile: source.pomFile, draft, env });
    await source.prepare?.(draft);
    await moveIntoPlace(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return folder;
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
