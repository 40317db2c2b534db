import { spawn } from 'node:child_process';
import { Socket } from 'node:net';

/** Waits for a word; when stdin ends without it, because this process did, runs the arguments. */
const script = `
trap '' HUP INT TERM
read -r word
[ "$word" = disarmed ] || exec "$@" </dev/null
`;

/**
 * Runs a command if, and only if, this process ends without having called {@link disarm}, even by SIGKILL: a shell in a process
 * group of its own waits at the other end of a pipe and sees it close.
 */
export class DeathCommand {
  readonly #shell;

  /** @param command program and arguments; run with this process's environment and no input. */
  constructor(command: readonly string[]) {
    this.#shell = spawn('sh', ['-c', script, 'sh', ...command], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#shell.unref();
    // Without the shell the broker still runs and is stopped in every orderly way.
    this.#shell.on('error', () => undefined);
    this.#shell.stdin.on('error', () => undefined);
    if (this.#shell.stdin instanceof Socket) this.#shell.stdin.unref();
  }

  /** Takes the command back; idempotent. */
  disarm(): void {
    if (!this.#shell.stdin.writableEnded) this.#shell.stdin.end('disarmed\n');
  }
}
