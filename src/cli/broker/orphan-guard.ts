import { spawn } from 'node:child_process';

/**
 * Runs a command if, and only if, this process ends without having called {@link disarm}, even by SIGKILL: a shell in a process
 * group of its own waits at the other end of a pipe and sees it close.
 */
export class OrphanGuard {
  readonly #shell;

  /** @param command program and arguments; run with this process's environment and no input. */
  constructor(command: readonly string[]) {
    this.#shell = spawn(
      'sh',
      ['-c', 'read -r word; [ "$word" = disarmed ] || exec "$@" </dev/null', 'sh', ...command],
      {
        detached: true,
        stdio: ['pipe', 'ignore', 'ignore'],
      },
    );
    this.#shell.unref();
    // Without a guard the broker still runs and is stopped in every orderly way.
    this.#shell.on('error', () => undefined);
    this.#shell.stdin.on('error', () => undefined);
  }

  /** Takes the guard away; idempotent. */
  disarm(): void {
    if (!this.#shell.stdin.writableEnded) this.#shell.stdin.end('disarmed\n');
  }
}
