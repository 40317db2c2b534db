import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pollUntil } from '../../scripts/poll-until.ts';
import { SystemClock } from '../../src/async/clock.ts';
import { createDeferred } from '../../src/async/deferred.ts';
import { DeathCommand } from '../../src/cli/broker/death-command.ts';
import { packageRoot } from '../../src/config/package-root.ts';
import { ReflectionClient, type Watch } from './reflection-client.ts';

/** Settings of a worker or connector. */
export type Settings = Readonly<Record<string, string>>;

/** State of a connector instance or a task, as far as tests look at it. */
export interface InstanceStatusMessage {
  readonly state: string;
  readonly worker_id?: string;
  readonly trace?: string;
  readonly version?: string;
  readonly pid?: number;
  readonly restarts?: number;
  /** Of tasks only; numbers as text. */
  readonly errors?: Readonly<Record<string, unknown>>;
  readonly last_exit?: {
    readonly code?: number;
    readonly signal?: string;
    readonly last_lines?: readonly string[];
  };
}

/** A status as `Connectors/GetStatus` gives it. */
export interface ConnectorStatusMessage {
  readonly target_state?: string;
  readonly connector: InstanceStatusMessage;
  readonly tasks: readonly InstanceStatusMessage[];
  readonly unreached_workers?: readonly string[];
}

type StatusOnTheWire = Omit<ConnectorStatusMessage, 'tasks'> & Partial<Pick<ConnectorStatusMessage, 'tasks'>>;

/** How a worker process ended. */
export interface WorkerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const startTimeoutMs = 30_000;
const clock = new SystemClock();

/** A folder of its own for a test's files. */
export class TestFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(): Promise<TestFolder> {
    return new TestFolder(await mkdtemp(join(tmpdir(), 'millrace-test-')));
  }

  /** Path of a file in the folder. */
  file(name: string): string {
    return join(this.path, name);
  }

  /** Writes a properties file. */
  async properties(name: string, settings: Settings): Promise<string> {
    const text = Object.entries(settings)
      .map(([key, value]) => `${key}=${value}\n`)
      .join('');
    await writeFile(this.file(name), text);
    return this.file(name);
  }

  remove(): Promise<void> {
    return rm(this.path, { recursive: true, force: true });
  }
}

/** A real worker process, of either mode. Dies with the test's process. */
export class WorkerProcess {
  readonly pid: number;
  /** Log lines so far. */
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #deathCommand: DeathCommand;
  readonly #address = createDeferred<string>();
  readonly #ready = createDeferred<undefined>();
  readonly #exit = createDeferred<WorkerExit>();
  #client: ReflectionClient | null = null;

  /** @param args of `millrace`, the command first. */
  protected constructor(args: readonly string[]) {
    const program = join(packageRoot(), 'dist/bin/millrace.js');
    if (!existsSync(program)) throw new Error(`${program} is missing: run 'npm run build' first`);
    this.#child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    if (this.#child.pid === undefined || this.#child.stderr === null) throw new Error('The worker cannot be started');
    this.pid = this.#child.pid;
    this.#deathCommand = new DeathCommand(['kill', '-KILL', String(this.pid)]);
    createInterface({ input: this.#child.stderr }).on('line', line => this.#onLine(line));
    this.#child.once('exit', (code, signal) => {
      this.#deathCommand.disarm();
      const ended = new Error(`The worker ended with ${code ?? signal}; its log:\n${this.lines.slice(-30).join('\n')}`);
      this.#address.reject(ended);
      this.#ready.reject(ended);
      this.#exit.resolve({ code, signal });
    });
  }

  /** Resolves when the worker is ready. @throws {Error} with the last log lines, when it is not in time. */
  async whenReady(): Promise<void> {
    const timer = clock.after(startTimeoutMs, () => this.kill('SIGKILL'));
    try {
      await this.#ready.promise;
    } finally {
      timer.cancel();
    }
  }

  /** How the process ended, when it has. */
  get exited(): Promise<WorkerExit> {
    return this.#exit.promise;
  }

  /** Calls `millrace.admin.v1.<method>`, such as `Connectors/Create`. */
  async call(method: string, request: object): Promise<unknown> {
    this.#client ??= new ReflectionClient(await this.#address.promise);
    return this.#client.call(`millrace.admin.v1.${method}`, request, { deadlineMs: 30_000 });
  }

  /** Calls a method of `millrace.admin.v1` that answers with a stream, such as `Cluster/Watch`. */
  async watch(method: string, request: object): Promise<Watch> {
    this.#client ??= new ReflectionClient(await this.#address.promise);
    return this.#client.watch(`millrace.admin.v1.${method}`, request);
  }

  /** Full names of the services that reflection shows. */
  async services(): Promise<readonly string[]> {
    this.#client ??= new ReflectionClient(await this.#address.promise);
    return this.#client.listServices();
  }

  /** Creates a connector. */
  create(name: string, config: Settings): Promise<unknown> {
    return this.call('Connectors/Create', { name, config });
  }

  async status(name: string): Promise<ConnectorStatusMessage> {
    const answer = await this.call('Connectors/GetStatus', { name });
    if (!isStatusAnswer(answer)) throw new Error(`No status in ${JSON.stringify(answer)}`);
    // The client leaves empty lists out.
    return { ...answer.status, tasks: answer.status.tasks ?? [] };
  }

  /** Waits until the status is as wanted, for at most 30 s. @throws {Error} with the last status and log lines. */
  async awaitStatus(
    name: string,
    what: string,
    isWanted: (status: ConnectorStatusMessage) => boolean,
  ): Promise<ConnectorStatusMessage> {
    let status = await this.status(name);
    const wait = pollUntil(clock, { what: `'${name}' ${what}`, timeoutMs: 30_000, intervalMs: 20 }, async () => {
      status = await this.status(name);
      return isWanted(status) ? status : undefined;
    });
    return wait.catch((error: unknown) => {
      throw new Error(`${JSON.stringify(status)}\n${this.lines.slice(-10).join('\n')}`, { cause: error });
    });
  }

  /** Waits until the only task is FAILED. @returns its trace. */
  async awaitFailed(name: string): Promise<string> {
    const status = await this.awaitStatus(name, 'has a failed task', ({ tasks }) => tasks[0]?.state === 'FAILED');
    return status.tasks[0]?.trace ?? '';
  }

  /** Waits until the connector and as many tasks are RUNNING. */
  awaitRunning(name: string, tasks = 1): Promise<ConnectorStatusMessage> {
    return this.awaitStatus(name, `runs with ${tasks} tasks`, status => {
      const running = status.tasks.filter(task => task.state === 'RUNNING');
      return status.connector.state === 'RUNNING' && running.length === tasks && status.tasks.length === tasks;
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends the worker in order, also one that was stopped, and by force after 30 s. */
  async stop(): Promise<WorkerExit> {
    this.#client?.close();
    this.#client = null;
    this.kill('SIGTERM');
    this.kill('SIGCONT');
    const timer = clock.after(startTimeoutMs, () => this.kill('SIGKILL'));
    const exit = await this.exited;
    timer.cancel();
    return exit;
  }

  #onLine(line: string): void {
    this.lines.push(line);
    if (!line.startsWith('{')) return;
    const entry: unknown = JSON.parse(line);
    if (typeof entry !== 'object' || entry === null || !('msg' in entry)) return;
    if (entry.msg === 'Worker is ready') this.#ready.resolve(undefined);
    if (entry.msg === 'gRPC admin API listens' && 'addresses' in entry && Array.isArray(entry.addresses)) {
      this.#address.resolve(String(entry.addresses[0]));
    }
  }
}

function isStatusAnswer(answer: unknown): answer is { readonly status: StatusOnTheWire } {
  return typeof answer === 'object' && answer !== null && 'status' in answer;
}
