import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageRoot } from '../../src/config/package-root.ts';
import { programArguments } from './plugin-driver.ts';

/** A plugin that is started as a person would, with an address and no worker. */
export class HandStartedPlugin {
  readonly folder = mkdtempSync(join(tmpdir(), 'hand-'));
  /** For `plugin.attach`; known once it was started. */
  address = `unix:${join(this.folder, 'p.sock')}`;
  readonly #plugin: string;
  readonly #environment: Readonly<Record<string, string>>;
  #process: ChildProcess | undefined;

  /** @param environment beside the address. */
  constructor(plugin: string, environment: Readonly<Record<string, string>> = {}) {
    this.#plugin = plugin;
    this.#environment = environment;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** Starts it; resolves when it says that it listens. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, programArguments(this.#plugin), {
      cwd: packageRoot(),
      env: { PATH: process.env['PATH'], MILLRACE_PLUGIN_ADDRESS: this.address, ...this.#environment },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#process = child;
    for await (const line of createInterface(child.stderr)) {
      if (line.includes('Listens on')) break;
    }
    child.stderr.resume();
  }

  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
