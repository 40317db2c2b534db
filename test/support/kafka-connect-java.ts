import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { SystemClock } from '../../src/async/clock.ts';
import { resolveKafkaJars } from '../../src/cli/broker/kafka-jars.ts';
import { packageRoot } from '../../src/config/package-root.ts';

/** Class path of Kafka with Kafka Connect; resolved with Maven the first time. */
export async function kafkaClassPath(): Promise<string> {
  const signal = new AbortController().signal;
  const { folder } = await resolveKafkaJars({ clock: new SystemClock(), signal, report: () => undefined });
  return join(folder, '*');
}

/** Asks Kafka Connect's own classes through `ConnectGroup.java`: a line of answer for each line asked. */
export async function askConnectGroup(lines: readonly string[]): Promise<readonly string[]> {
  const program = join(packageRoot(), 'test/conformance/parity/ConnectGroup.java');
  const result = spawnSync('java', ['-cp', await kafkaClassPath(), program], {
    input: lines.join('\n'),
    encoding: 'utf8',
    timeout: 120_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.error !== undefined)
    throw new Error(`This test needs a JDK (17 or newer): 'java' on the PATH. ${result.error.message}`);
  assert.equal(result.status, 0, result.stderr);
  const answers = result.stdout.split('\n').slice(0, -1);
  assert.equal(answers.length, lines.length, result.stderr);
  return answers;
}
