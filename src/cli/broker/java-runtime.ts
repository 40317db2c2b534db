import { join } from 'node:path';
import type { Clock } from '../../async/clock.ts';
import { ConnectError } from '../../errors/connect-error.ts';
import { runCommand } from './run-command.ts';

/** Kafka 4's broker runs on this and later. */
const oldestMajor = 17;

/**
 * The `java` program to use: that of `JAVA_HOME`, else the one on the PATH.
 *
 * @throws {ConnectError} BROKER_UNAVAILABLE when there is none or it is too old.
 */
export async function findJava(clock: Clock, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const home = env['JAVA_HOME'];
  const java = home === undefined || home === '' ? 'java' : join(home, 'bin', 'java');
  const result = await runCommand(clock, { program: java, args: ['-version'], env, timeoutMs: 20_000 });
  if (!result.ok) throw new ConnectError('BROKER_UNAVAILABLE', result.reason);
  const major = parseJavaMajor(result.output);
  if (major === undefined || major < oldestMajor) {
    throw new ConnectError(
      'BROKER_UNAVAILABLE',
      `'${java}' is Java ${major ?? 'of an unknown version'}; Kafka's broker needs ${oldestMajor} or later`,
    );
  }
  return java;
}

/** Major version in the output of `java -version`: 17 for `"17.0.15"`, 8 for `"1.8.0_402"`. */
export function parseJavaMajor(output: string): number | undefined {
  const match = /version "(?:1\.)?(\d+)/.exec(output);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}
