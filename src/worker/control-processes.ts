import type { Clock, Timer } from '../async/clock.ts';
import type { Logger } from '../logging/logger.ts';
import type { PluginLauncher } from '../plugin-host/launch.ts';
import type { PluginManifest } from '../plugin-host/plugin-manifest.ts';
import type { PluginProcess } from '../plugin-host/plugin-process.ts';

/** What the control processes need. */
export interface ControlProcessesOptions {
  readonly launcher: PluginLauncher;
  /** `plugin.start.timeout.ms` */
  readonly startTimeoutMs: number;
  /** How long a process that nobody uses is kept for the next one, ms. */
  readonly idleMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Entry {
  readonly process: Promise<PluginProcess>;
  users: number;
  idle: Timer | null;
}

/**
 * Plugin processes for what belongs to no connector yet: descriptions and validation borrow one per plugin. One that was borrowed
 * to validate a new connector is at hand when that connector starts, which takes it over.
 */
export class ControlProcesses {
  readonly #options: ControlProcessesOptions;
  readonly #entries = new Map<string, Entry>();
  #closed = false;

  constructor(options: ControlProcessesOptions) {
    this.#options = options;
  }

  /**
   * Runs `action` with a process of the plugin, which others may use at the same time and which is kept a while afterwards.
   *
   * @throws {ConnectError} as {@link PluginLauncher.launch}, and what the action throws.
   */
  async borrow<T>(manifest: PluginManifest, action: (process: PluginProcess) => Promise<T>): Promise<T> {
    const entry = this.#entries.get(manifest.folder) ?? this.#add(manifest);
    entry.users += 1;
    entry.idle?.cancel();
    entry.idle = null;
    try {
      return await action(await entry.process);
    } finally {
      entry.users -= 1;
      if (entry.users === 0) this.#endWhenIdle(manifest.folder, entry);
    }
  }

  /**
   * A process for the caller alone, who ends it: one that nobody borrows at present, or a new one.
   *
   * @param options `bindings`: what its lines are logged with from now on.
   * @throws {ConnectError} as {@link PluginLauncher.launch}.
   */
  async take(
    manifest: PluginManifest,
    options: { readonly bindings: Readonly<Record<string, string | number>>; readonly signal: AbortSignal },
  ): Promise<PluginProcess> {
    const entry = this.#entries.get(manifest.folder);
    if (entry?.users === 0) {
      entry.idle?.cancel();
      this.#entries.delete(manifest.folder);
      const process = await entry.process;
      if (!process.hasExited) {
        process.bind(options.bindings);
        return process;
      }
    }
    const { launcher, startTimeoutMs } = this.#options;
    return launcher.launch(manifest, { ...options, startTimeoutMs });
  }

  /** Ends the processes that nobody took. */
  async close(): Promise<void> {
    this.#closed = true;
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    await Promise.allSettled(
      entries.map(async entry => {
        entry.idle?.cancel();
        await (await entry.process).stop();
      }),
    );
  }

  #add(manifest: PluginManifest): Entry {
    const { launcher, startTimeoutMs } = this.#options;
    const process = launcher.launch(manifest, { bindings: { role: 'connector' }, startTimeoutMs });
    const entry: Entry = { process, users: 0, idle: null };
    this.#entries.set(manifest.folder, entry);
    const forget = (): void => {
      if (this.#entries.get(manifest.folder) === entry) this.#entries.delete(manifest.folder);
    };
    entry.process.then(
      process => void process.exited.then(forget),
      forget, // whoever borrowed it sees the error
    );
    return entry;
  }

  #endWhenIdle(folder: string, entry: Entry): void {
    const { clock, idleMs, log } = this.#options;
    const end = (): void => {
      if (entry.users > 0) return;
      if (this.#entries.get(folder) === entry) this.#entries.delete(folder);
      entry.process
        .then(process => process.stop())
        .catch((err: unknown) => log.debug({ err }, 'A control process that was to end never ran'));
    };
    entry.idle = clock.after(this.#closed ? 0 : idleMs, end, { unref: true });
  }
}
