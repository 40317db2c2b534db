import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../../src/config/package-root.ts';

/** How a `millrace` command ended. */
export interface CommandEnd {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A built `millrace` command with a pipe as stdin. */
export interface MillraceProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<CommandEnd>;
}

/** Starts `millrace` with arguments; the environment is this process's unless one is given. */
export function startMillrace(args: readonly string[], env: NodeJS.ProcessEnv = process.env): MillraceProcess {
  const program = join(packageRoot(), 'dist', 'bin', 'millrace.js');
  const child = spawn(process.execPath, [program, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const ended = new Promise<CommandEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}
