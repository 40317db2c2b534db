import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SystemClock } from '../../src/async/clock.ts';
import { awaitReady } from '../../src/cli/broker/await-ready.ts';
import { findFreePort } from '../../src/cli/broker/free-port.ts';
import { findJava } from '../../src/cli/broker/java-runtime.ts';
import { brokerAssets, resolveKafkaJars } from '../../src/cli/broker/kafka-jars.ts';
import { runCommand } from '../../src/cli/broker/run-command.ts';
import type { PrivateBroker } from './private-broker.ts';

const timeoutMs = 60_000;

/** A second node of the cluster of a {@link PrivateBroker}, which stays its controller. Needs Java and Maven, as that does. */
export class JoinedBroker {
  readonly nodeId = 2;
  readonly #command: readonly string[];
  readonly #port: number;
  #process: ChildProcess | null = null;

  private constructor(command: readonly string[], port: number) {
    this.#command = command;
    this.#port = port;
  }

  /** Starts one in the data directory of the first; resolves when it answers. */
  static async start(first: PrivateBroker): Promise<JoinedBroker> {
    const clock = new SystemClock();
    const { signal } = new AbortController();
    const folder = join(first.dataDir, 'second');
    await mkdir(folder);
    const port = await findFreePort();
    const properties = await readProperties(join(first.dataDir, 'server.properties'));
    const file = join(folder, 'server.properties');
    const own = new Map([
      ...properties,
      ['process.roles', 'broker'],
      ['node.id', '2'],
      ['listeners', `PLAINTEXT://127.0.0.1:${port}`],
      ['advertised.listeners', `PLAINTEXT://127.0.0.1:${port}`],
      ['log.dirs', join(folder, 'kafka')],
    ]);
    await writeFile(file, [...own].map(([key, value]) => `${key}=${value}\n`).join(''));
    const clusterId = (await readProperties(join(first.dataDir, 'kafka', 'meta.properties'))).get('cluster.id') ?? '';
    const jars = await resolveKafkaJars({ clock, signal, report: () => undefined });
    const program = await findJava(clock);
    const jvm = [
      '-Xmx256m',
      '-XX:+UseSerialGC',
      `-Dlog4j2.configurationFile=${join(brokerAssets(), 'log4j2.xml')}`,
      `-Dmillrace.log.file=${join(folder, 'broker.log')}`,
      '-cp',
      join(jars.folder, '*'),
    ];
    const format = ['kafka.tools.StorageTool', 'format', `--cluster-id=${clusterId}`, `--config=${file}`];
    const formatted = await runCommand(clock, { program, args: [...jvm, ...format], timeoutMs });
    if (!formatted.ok) throw new Error(`The second broker's data cannot be formatted: ${formatted.reason}`);
    const broker = new JoinedBroker([program, ...jvm, 'kafka.Kafka', file], port);
    await broker.restart();
    return broker;
  }

  /** Starts it again after {@link stop}, on the same port and data; resolves when it answers. */
  async restart(): Promise<void> {
    const [program = '', ...args] = this.#command;
    const child = spawn(program, args, { stdio: 'ignore' });
    this.#process = child;
    try {
      const { signal } = new AbortController();
      const ended = once(child, 'exit').then(([code]) => `exit code ${String(code)}`);
      await awaitReady({ clock: new SystemClock(), signal, port: this.#port, timeoutMs, ended });
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Kills it, keeping its data; resolves when it is gone. Idempotent. */
  async stop(): Promise<void> {
    const child = this.#process;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
}

async function readProperties(file: string): Promise<ReadonlyMap<string, string>> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter(line => line.includes('=') && !line.startsWith('#'));
  return new Map(lines.map(line => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}
