import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Clock } from '../../async/clock.ts';
import { ConnectError } from '../../errors/connect-error.ts';
import { awaitReady } from './await-ready.ts';
import { findFreePort } from './free-port.ts';
import { findJava } from './java-runtime.ts';
import { brokerAssets, resolveKafkaJars, type KafkaJars } from './kafka-jars.ts';
import { DeathCommand } from './death-command.ts';
import { runCommand } from './run-command.ts';
import type { RunningBroker } from './running-broker.ts';
import { renderServerProperties } from './server-properties.ts';

/** What a broker of our own is started with. */
export interface JavaBrokerOptions {
  readonly clock: Clock;
  /** Gives up the start; a broker that runs is ended by `stop` alone. */
  readonly signal: AbortSignal;
  /** Port of 127.0.0.1 to listen on. */
  readonly port: number;
  /** Kept between runs when given; otherwise a temporary directory, removed at the end. */
  readonly dataDir?: string | undefined;
  /** Java heap, as `-Xmx` takes it. */
  readonly heap: string;
  readonly autoCreateTopics: boolean;
  /** Told what goes on, and every error that the broker prints. */
  readonly report: (line: string) => void;
}

/** Where things lie in the data directory of one broker. */
interface BrokerHome {
  readonly dataDir: string;
  readonly isTemporary: boolean;
  readonly propertiesFile: string;
  readonly logFile: string;
  readonly logDir: string;
  readonly tmpDir: string;
}

const startTimeoutMs = 60_000;
const stopTimeoutMs = 15_000;
const errorLinesKept = 20;

/**
 * Starts a single-node Kafka (KRaft) as a Java process and waits until it answers. The process dies with this one, however this
 * one ends.
 *
 * @throws {ConnectError} BROKER_UNAVAILABLE without Java or Maven, or when the broker does not come up; with what it printed.
 */
export async function startJavaBroker(options: JavaBrokerOptions): Promise<RunningBroker> {
  const java = await findJava(options.clock);
  const jars = await resolveKafkaJars(options);
  const home = await prepareHome(options.dataDir);
  try {
    await writeFile(
      home.propertiesFile,
      renderServerProperties({ ...options, ...home, controllerPort: await findFreePort() }),
    );
    const jvm = jvmCommand({ java, jars, home, heap: options.heap });
    if (!existsSync(join(home.logDir, 'meta.properties'))) await formatStorage(options.clock, jvm, home);
    const broker = new JavaBroker(options, { jvm, jars, home });
    await broker.awaitReady();
    return broker;
  } catch (error) {
    if (home.isTemporary) await rm(home.dataDir, { recursive: true, force: true });
    throw error;
  }
}

async function prepareHome(given: string | undefined): Promise<BrokerHome> {
  const dataDir = given === undefined ? await mkdtemp(join(tmpdir(), 'millrace-broker-')) : resolve(given);
  const home: BrokerHome = {
    dataDir,
    isTemporary: given === undefined,
    propertiesFile: join(dataDir, 'server.properties'),
    logFile: join(dataDir, 'broker.log'),
    logDir: join(dataDir, 'kafka'),
    tmpDir: join(dataDir, 'tmp'),
  };
  await mkdir(home.tmpDir, { recursive: true });
  return home;
}

function jvmCommand(parts: {
  readonly java: string;
  readonly jars: KafkaJars;
  readonly home: BrokerHome;
  readonly heap: string;
}): readonly string[] {
  return [
    parts.java,
    `-Xmx${parts.heap}`,
    '-XX:+UseSerialGC',
    '-XX:-UsePerfData',
    '-XX:+ExitOnOutOfMemoryError',
    '-Djava.awt.headless=true',
    `-Djava.io.tmpdir=${parts.home.tmpDir}`,
    `-Dlog4j2.configurationFile=${join(brokerAssets(), 'log4j2.xml')}`,
    `-Dmillrace.log.file=${parts.home.logFile}`,
    '-cp',
    join(parts.jars.folder, '*'),
  ];
}

async function formatStorage(clock: Clock, jvm: readonly string[], home: BrokerHome): Promise<void> {
  const [java = 'java', ...args] = jvm;
  const clusterId = randomBytes(16).toString('base64url');
  const result = await runCommand(clock, {
    program: java,
    args: [
      ...args,
      'kafka.tools.StorageTool',
      'format',
      `--cluster-id=${clusterId}`,
      `--config=${home.propertiesFile}`,
    ],
    timeoutMs: startTimeoutMs,
  });
  if (!result.ok) {
    throw new ConnectError(
      'BROKER_UNAVAILABLE',
      `The data directory '${home.dataDir}' cannot be formatted: ${result.reason}`,
    );
  }
}

class JavaBroker implements RunningBroker {
  readonly origin = 'java';
  readonly bootstrapServers: string;
  readonly description: string;
  readonly pid: number | undefined;
  readonly ended: Promise<string>;
  readonly #options: JavaBrokerOptions;
  readonly #home: BrokerHome;
  readonly #child: ChildProcess;
  readonly #deathCommand: DeathCommand;
  readonly #lastLines: string[] = [];
  #stopping: Promise<void> | undefined;

  constructor(
    options: JavaBrokerOptions,
    parts: { readonly jvm: readonly string[]; readonly jars: KafkaJars; readonly home: BrokerHome },
  ) {
    const { home, jars } = parts;
    const [java = 'java', ...args] = parts.jvm;
    this.#options = options;
    this.#home = home;
    this.bootstrapServers = `127.0.0.1:${options.port}`;
    this.description = `Kafka ${jars.version} on ${this.bootstrapServers}, log ${home.logFile}`;
    const child = spawn(java, [...args, 'kafka.Kafka', home.propertiesFile], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    this.pid = child.pid;
    this.ended = new Promise(resolveEnded => {
      child.once('error', error => resolveEnded(`Java cannot be run: ${error.message}`));
      child.once('exit', (code, signal) =>
        resolveEnded(code === null ? `ended by ${signal ?? 'a signal'}` : `exit code ${code}`),
      );
    });
    createInterface({ input: child.stderr }).on('line', line => this.#takeLine(line));
    this.#deathCommand = new DeathCommand(cleanUpCommand(child.pid, home));
  }

  async awaitReady(): Promise<void> {
    try {
      await awaitReady({ ...this.#options, timeoutMs: startTimeoutMs, ended: this.ended });
    } catch (error) {
      await this.stop();
      throw new ConnectError(
        'BROKER_UNAVAILABLE',
        [`${this.description}, did not start`, ...this.#lastLines].join('\n  '),
        {
          cause: error,
        },
      );
    }
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const force = this.#options.clock.after(stopTimeoutMs, () => this.#child.kill('SIGKILL'));
    this.#child.kill('SIGTERM');
    await this.ended;
    force.cancel();
    if (this.#home.isTemporary) await rm(this.#home.dataDir, { recursive: true, force: true });
    this.#deathCommand.disarm();
  }

  #takeLine(line: string): void {
    this.#lastLines.push(line);
    if (this.#lastLines.length > errorLinesKept) this.#lastLines.shift();
    // What a broker says of its own shutdown is for its log.
    if (this.#stopping === undefined) this.#options.report(line);
  }
}

/** What is left to do when this process is gone and the broker is not: kill it, see it dead, remove temporary data. */
function cleanUpCommand(pid: number | undefined, home: BrokerHome): readonly string[] {
  const script = `kill -9 "$0"; for i in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$0" || break; sleep 0.1; done; [ -z "$1" ] || rm -rf "$1"`;
  return ['sh', '-c', script, String(pid ?? ''), home.isTemporary ? home.dataDir : ''];
}
