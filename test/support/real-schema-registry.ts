import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pollUntil } from '../../scripts/poll-until.ts';
import { SystemClock } from '../../src/async/clock.ts';
import { DeathCommand } from '../../src/cli/broker/death-command.ts';
import { findFreePort } from '../../src/cli/broker/free-port.ts';
import { findJava } from '../../src/cli/broker/java-runtime.ts';
import { resolveDependencies } from '../../src/cli/broker/maven-folder.ts';
import { runCommand } from '../../src/cli/broker/run-command.ts';
import { packageRoot } from '../../src/config/package-root.ts';

const clock = new SystemClock();
const { signal } = new AbortController();
const version = '2.6.13.Final';
const startTimeoutMs = 180_000;

/** Folder of the registry (in `registry`) and of Java's Avro; resolved with Maven the first time. */
export async function schemaRegistryFolder(): Promise<string> {
  return resolveDependencies(
    { clock, signal, report: () => undefined },
    {
      pomFile: join(packageRoot(), 'test/support/schema-registry/pom.xml'),
      name: 'schema-registry',
      what: 'a schema registry',
      prepare: unpack,
    },
  );
}

async function unpack(folder: string): Promise<void> {
  const archive = join(folder, `apicurio-registry-app-${version}-all.tar.gz`);
  const target = join(folder, 'registry');
  await mkdir(target);
  const args = ['xzf', archive, '-C', target];
  const result = await runCommand(clock, { program: 'tar', args, env: process.env, timeoutMs: 120_000, signal });
  if (!result.ok) throw new Error(`The registry cannot be unpacked: ${result.reason}`);
  await rm(archive);
}

/** A real schema registry of one file of tests, with its schemas in memory. Needs Java and Maven; dies with the test's process. */
export class RealSchemaRegistry {
  /** Address of the API that Confluent's clients speak. */
  readonly url: string;
  readonly #stop: () => Promise<void>;

  private constructor(url: string, stop: () => Promise<void>) {
    this.url = url;
    this.#stop = stop;
  }

  /** Starts one on a free port; resolves when it answers. */
  static async start(): Promise<RealSchemaRegistry> {
    const folder = join(await schemaRegistryFolder(), 'registry');
    const home = await mkdtemp(join(tmpdir(), 'millrace-schema-registry-'));
    const port = await findFreePort();
    const logFile = join(home, 'registry.log');
    const log = openSync(logFile, 'w');
    const java = await findJava(clock);
    const child = spawn(
      java,
      [
        '-Xmx256m',
        '-XX:+UseSerialGC',
        '-Dquarkus.http.host=127.0.0.1',
        `-Dquarkus.http.port=${port}`,
        '-Dquarkus.datasource.jdbc.initial-size=1',
        '-Dquarkus.datasource.jdbc.min-size=1',
        `-Djava.io.tmpdir=${home}`,
        '-jar',
        join(folder, `apicurio-registry-app-${version}-runner.jar`),
      ],
      { stdio: ['ignore', log, log], cwd: home },
    );
    const exited = once(child, 'exit');
    const death = new DeathCommand(['sh', '-c', 'kill -9 "$0"; rm -rf "$1"', String(child.pid), home]);
    const stop = async (): Promise<void> => {
      child.kill('SIGKILL');
      await exited;
      await rm(home, { recursive: true, force: true });
      death.disarm();
    };
    const url = `http://127.0.0.1:${port}/apis/ccompat/v7`;
    try {
      await pollUntil(
        clock,
        { what: 'the schema registry answers', timeoutMs: startTimeoutMs, intervalMs: 100 },
        () => {
          if (child.exitCode !== null) throw new Error(`The schema registry ended with ${child.exitCode}`);
          return isAnswering(url);
        },
      );
    } catch (error) {
      const printed = await readFile(logFile, 'utf8');
      await stop();
      throw new Error(`No schema registry: ${printed.slice(-2000)}`, { cause: error });
    }
    return new RealSchemaRegistry(url, stop);
  }

  /** Ends it; its schemas are gone. */
  stop(): Promise<void> {
    return this.#stop();
  }
}

async function isAnswering(url: string): Promise<true | undefined> {
  try {
    return (await fetch(`${url}/subjects`)).ok ? true : undefined;
  } catch {
    return undefined; // not listening yet
  }
}
