import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import type { Logger } from '../logging/logger.ts';

/**
 * The guard's program: keeps the process groups that stdin names (`+ <id>`, `- <id>`), and when stdin ends, because the worker
 * did, kills those that are left.
 */
const guardScript = `
trap '' HUP INT TERM
groups=' '
while read -r what id; do
  case $what in
    +) groups="$groups$id " ;;
    -) case $groups in *" $id "*) groups="\${groups%% $id *} \${groups#* $id }" ;; esac ;;
  esac
done
for id in $groups; do kill -KILL -"$id" 2>/dev/null; done
`;

/**
 * Kills every plugin's whole process group once the worker is gone, however it went. A death signal reaches the plugin process
 * alone and Linux alone; a plugin that does not read its stdin, and the children of any plugin, are reached by this. One small
 * shell per worker, started with the first plugin.
 */
export class OrphanGuard {
  readonly #log: Logger;
  readonly #groups = new Set<number>();
  #shell: ChildProcess | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Puts a process group under guard. */
  add(groupId: number): void {
    this.#groups.add(groupId);
    if (this.#shell === undefined) this.#startShell();
    else this.#write(`+ ${groupId}\n`);
  }

  /** Takes a group out, to be called as soon as all of it is dead: its id may then be given to others. */
  remove(groupId: number): void {
    if (this.#groups.delete(groupId)) this.#write(`- ${groupId}\n`);
  }

  /** Lets the shell go; groups still under guard are killed by it. Resolves when the shell is gone; a shell ends at the end of its input. */
  async close(): Promise<void> {
    const shell = this.#shell;
    this.#shell = undefined;
    if (shell?.stdin === undefined || shell.stdin === null || shell.exitCode !== null || shell.signalCode !== null)
      return;
    const gone = new Promise<void>(resolve => {
      shell.once('exit', () => resolve());
      shell.once('error', () => resolve());
    });
    shell.ref();
    shell.stdin.end();
    await gone;
  }

  #startShell(): void {
    // A group of its own, so that Ctrl-C in a terminal does not end the guard before the plugins.
    const shell = spawn('/bin/sh', ['-c', guardScript], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      env: {},
    });
    this.#shell = shell;
    shell.unref();
    shell.on('error', err =>
      this.#log.warn({ err }, 'No orphan guard: children of plugins may outlive a killed worker'),
    );
    // Without the guard the worker still works; the next plugin starts another.
    shell.on('exit', () => {
      if (this.#shell === shell) this.#shell = undefined;
    });
    shell.stdin.on('error', () => shell.stdin.destroy());
    // An idle guard must not keep the worker alive.
    if (shell.stdin instanceof Socket) shell.stdin.unref();
    for (const groupId of this.#groups) this.#write(`+ ${groupId}\n`);
  }

  #write(line: string): void {
    if (this.#shell?.stdin?.writable === true) this.#shell.stdin.write(line);
  }
}
