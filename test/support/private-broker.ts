import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '../../src/async/clock.ts';
import { DeathCommand } from '../../src/cli/broker/death-command.ts';
import { findFreePort } from '../../src/cli/broker/free-port.ts';
import { startJavaBroker } from '../../src/cli/broker/java-broker.ts';
import type { RunningBroker } from '../../src/cli/broker/running-broker.ts';

/** What a private broker may be told. */
export interface PrivateBrokerOptions {
  /** True if not given. */
  readonly autoCreateTopics?: boolean;
}

/**
 * A broker of one test alone, for tests that stop, kill or restart it. Port and data stay the same through restarts. Needs Java
 * and Maven, and fails by name without them. Dies with the test's process.
 */
export class PrivateBroker {
  readonly bootstrapServers: string;
  readonly #port: number;
  /** Holds its configuration and its data. */
  readonly dataDir: string;
  readonly #options: PrivateBrokerOptions;
  readonly #deathCommand: DeathCommand;
  #running: RunningBroker | undefined;
  #isPaused = false;

  private constructor(port: number, dataDir: string, options: PrivateBrokerOptions) {
    this.bootstrapServers = `127.0.0.1:${port}`;
    this.#port = port;
    this.dataDir = dataDir;
    this.#options = options;
    // The broker dies with this process by itself; its data goes a moment later.
    this.#deathCommand = new DeathCommand(['sh', '-c', 'sleep 1; rm -rf "$0"', dataDir]);
  }

  /** Starts one on a free port; resolves when it answers. */
  static async start(options: PrivateBrokerOptions = {}): Promise<PrivateBroker> {
    const broker = await PrivateBroker.prepare(options);
    try {
      await broker.restart();
    } catch (error) {
      await broker.dispose();
      throw error;
    }
    return broker;
  }

  /** A port and data directory with no broker yet; {@link restart} starts it. */
  static async prepare(options: PrivateBrokerOptions = {}): Promise<PrivateBroker> {
    const dataDir = await mkdtemp(join(tmpdir(), 'millrace-private-broker-'));
    return new PrivateBroker(await findFreePort(), dataDir, options);
  }

  /** Process of the broker; undefined while it is down. */
  get pid(): number | undefined {
    return this.#running?.pid;
  }

  /** Shuts the broker down in order, keeping its data; resolves when its process is gone. Without effect while it is down. */
  async stop(): Promise<void> {
    this.resume();
    const running = this.#running;
    this.#running = undefined;
    await running?.stop();
  }

  /** Kills the broker with SIGKILL, keeping its data; resolves when its process is gone. */
  async kill(): Promise<void> {
    const running = this.#running;
    if (running?.pid === undefined) throw new Error('The private broker is down already');
    process.kill(running.pid, 'SIGKILL');
    await running.ended;
    await this.stop();
  }

  /** Stops its process where it is (SIGSTOP): connections stay and nobody answers, until {@link resume}. */
  pause(): void {
    if (this.pid === undefined) throw new Error('The private broker is down');
    process.kill(this.pid, 'SIGSTOP');
    this.#isPaused = true;
  }

  /** Lets it go on after {@link pause}. */
  resume(): void {
    if (this.#isPaused && this.pid !== undefined) process.kill(this.pid, 'SIGCONT');
    this.#isPaused = false;
  }

  /** Starts the broker (again, after {@link stop} if it runs) on the same port and data; resolves when it answers. */
  async restart(): Promise<void> {
    await this.stop();
    this.#running = await startJavaBroker({
      clock: new SystemClock(),
      signal: new AbortController().signal,
      port: this.#port,
      dataDir: this.dataDir,
      heap: '384m',
      autoCreateTopics: this.#options.autoCreateTopics ?? true,
      report: () => undefined,
    });
  }

  /** Stops the broker and removes its data; idempotent. */
  async dispose(): Promise<void> {
    await this.stop();
    await rm(this.dataDir, { recursive: true, force: true });
    this.#deathCommand.disarm();
  }
}
