import { spawn } from 'node:child_process';
import type { Clock } from '../../async/clock.ts';

/** A command that is to end by itself. */
export interface ShortCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** It is killed after this. */
  readonly timeoutMs: number;
  /** Kills it when it aborts. */
  readonly signal?: AbortSignal;
}

/** How a command ended. */
export interface CommandResult {
  readonly ok: boolean;
  /** What it printed on stdout and stderr, at most the last 64 KiB. */
  readonly output: string;
  /** Why it is not ok, in words with the last line it printed; empty when ok. */
  readonly reason: string;
}

const outputBytesMax = 65_536;

/** Runs a command to its end. Never rejects: a program that is missing, fails or takes too long is a result. */
export function runCommand(clock: Clock, command: ShortCommand): Promise<CommandResult> {
  return new Promise(resolve => {
    const child = spawn(command.program, command.args, {
      cwd: command.cwd,
      env: command.env ?? process.env,
      signal: command.signal,
      killSignal: 'SIGKILL',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (chunk: string): void => {
      output = (output + chunk).slice(-outputBytesMax);
    };
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    const timer = clock.after(command.timeoutMs, () => child.kill('SIGKILL'));
    const settle = (problem: string | undefined): void => {
      timer.cancel();
      if (problem === undefined) resolve({ ok: true, output, reason: '' });
      else resolve({ ok: false, output, reason: explain(command, problem, output) });
    };
    child.once('error', (error: NodeJS.ErrnoException) => {
      settle(error.code === 'ENOENT' ? 'is not on the PATH' : `cannot be run: ${error.message}`);
    });
    child.once('close', (code, signal) => {
      if (code === 0) settle(undefined);
      else settle(code === null ? `was ended by ${signal ?? 'a signal'}` : `failed with exit code ${code}`);
    });
  });
}

function explain(command: ShortCommand, problem: string, output: string): string {
  const name = [command.program, ...command.args.slice(0, 1)].join(' ');
  const last = output.trim().split('\n').at(-1) ?? '';
  return last === '' ? `'${name}' ${problem}` : `'${name}' ${problem}: ${last}`;
}
