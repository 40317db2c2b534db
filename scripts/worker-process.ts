import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Clock } from '../src/async/clock.ts';
import { DeathCommand } from '../src/cli/broker/death-command.ts';
import { messageOf } from '../src/errors/connect-error.ts';

/** How a worker is started. */
export interface WorkerCommand {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** stdout and stderr go there. */
  readonly logFile: string;
}

const stopTimeoutMs = 30_000;
const logLinesShown = 30;

/** A worker that a script started: it dies with the script, however that ends. */
export class WorkerProcess {
  readonly pid: number;
  readonly #clock: Clock;
  readonly #command: WorkerCommand;
  readonly #child: ChildProcess;
  readonly #deathCommand: DeathCommand;
  readonly #exit: Promise<string>;
  #exitReason: string | undefined;

  constructor(clock: Clock, command: WorkerCommand) {
    this.#clock = clock;
    this.#command = command;
    const log = openSync(command.logFile, 'a');
    this.#child = spawn(command.program, command.args, { stdio: ['ignore', log, log] });
    closeSync(log);
    if (this.#child.pid === undefined) throw new Error(`'${command.program}' cannot be run`);
    this.pid = this.#child.pid;
    this.#deathCommand = new DeathCommand(['kill', '-TERM', String(this.pid)]);
    this.#exit = new Promise(resolve => {
      this.#child.once('exit', (code, signal) => {
        this.#exitReason = code === null ? `signal ${signal ?? '?'}` : `exit code ${code}`;
        this.#deathCommand.disarm();
        resolve(this.#exitReason);
      });
    });
  }

  /** @throws {Error} when the worker has ended by itself. */
  assertRunning(): void {
    if (this.#exitReason !== undefined) throw new Error(`${this.#command.name} ended with ${this.#exitReason}`);
  }

  /** What went wrong while this worker was needed, together with the last lines of its log. */
  async explain(error: unknown): Promise<Error> {
    const log = await readFile(this.#command.logFile, 'utf8');
    const end = log.trimEnd().split('\n').slice(-logLinesShown).join('\n');
    return new Error(`${messageOf(error)}\nThe log of ${this.#command.name} ends:\n${end}`, { cause: error });
  }

  /** SIGKILL; resolves when it has ended. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exit;
  }

  /** SIGTERM, and SIGKILL after 30 s; resolves with how it ended. */
  async stop(): Promise<string> {
    if (this.#exitReason === undefined) this.#child.kill('SIGTERM');
    const force = this.#clock.after(stopTimeoutMs, () => this.#child.kill('SIGKILL'));
    const reason = await this.#exit;
    force.cancel();
    return reason;
  }
}
