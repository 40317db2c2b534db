import type { Clock, Timer } from '../async/clock.ts';
import { inOrderOfSuccess } from '../async/in-order-of-success.ts';
import type { Logger } from '../logging/logger.ts';
import { startGivenUp, type PluginLauncher } from '../plugin-host/launch.ts';
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

interface Spare {
  readonly process: Promise<PluginProcess>;
  /** Ends it when nobody took it. */
  readonly idle: Timer;
  /** Takes it off the list. */
  readonly forget: () => void;
}

/**
 * Plugin processes that belong to no connector yet. Descriptions and validation borrow one per plugin; one that was borrowed to
 * validate a new connector is at hand when that connector starts, which takes it over. Spare ones are started at the same time for
 * its tasks, so that a create waits for one start and not for two in a row.
 */
export class ControlProcesses {
  readonly #options: ControlProcessesOptions;
  readonly #entries = new Map<string, Entry>();
  /** By folder of the plugin, oldest first. */
  readonly #spares = new Map<string, Spare[]>();
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
    const entry = this.#entries.get(manifest.folder) ?? this.#enter(manifest);
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
    const spare = await this.#takeSpare(manifest.folder, options.signal);
    if (spare !== null) {
      spare.bind(options.bindings);
      return spare;
    }
    const { launcher, startTimeoutMs } = this.#options;
    return launcher.launch(manifest, { ...options, startTimeoutMs });
  }

  /**
   * Starts processes of the plugin ahead for those who will {@link take} them, until there are `count`. Returns at once.
   *
   * @param isBorrowed somebody is about to {@link borrow} one too, and waits for it: the first that is ready.
   */
  warmUp(manifest: PluginManifest, count: number, isBorrowed = false): void {
    if (this.#closed) return;
    const spares = this.#spares.get(manifest.folder) ?? [];
    this.#spares.set(manifest.folder, spares);
    const isLacking = isBorrowed && !this.#entries.has(manifest.folder);
    const missing = Math.max(0, count + (isLacking ? 1 : 0) - spares.length);
    const launches = inOrderOfSuccess(Array.from({ length: missing }, () => this.#launch(manifest, 'spare')));
    if (isLacking) this.#endWhenIdle(manifest.folder, this.#enter(manifest, launches));
    spares.push(...launches.map(process => this.#keepSpare(manifest, process)));
  }

  /** Ends the processes that nobody took. */
  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#entries.values(), ...[...this.#spares.values()].flat()];
    this.#entries.clear();
    this.#spares.clear();
    await Promise.allSettled(
      all.map(async ({ idle, process }) => {
        idle?.cancel();
        await (await process).stop();
      }),
    );
  }

  /** @param role what it is for, in the log, until somebody takes it. */
  #launch(manifest: PluginManifest, role: 'connector' | 'spare'): Promise<PluginProcess> {
    const { launcher, startTimeoutMs } = this.#options;
    return launcher.launch(manifest, { bindings: { role }, startTimeoutMs });
  }

  #keepSpare(manifest: PluginManifest, process: Promise<PluginProcess>): Spare {
    const { clock, idleMs, log } = this.#options;
    const forget = (): void => {
      spare.idle.cancel();
      const spares = this.#spares.get(manifest.folder);
      if (spares?.includes(spare) === true) spares.splice(spares.indexOf(spare), 1);
    };
    const end = (): void => {
      forget();
      process
        .then(ready => ready.stop())
        .catch((err: unknown) => log.debug({ err }, 'A spare process that was to end never ran'));
    };
    const spare: Spare = { process, idle: clock.after(idleMs, end, { unref: true }), forget };
    // Whoever needs a process and finds none starts one, and sees the error then.
    process.then(ready => void ready.exited.then(forget), forget);
    return spare;
  }

  /** The oldest spare process, once it is ready; null if there is none that comes to it. */
  async #takeSpare(folder: string, signal: AbortSignal): Promise<PluginProcess | null> {
    const spare = this.#spares.get(folder)?.[0];
    if (spare === undefined) return null;
    spare.forget();
    const process = await spare.process.catch(() => null);
    if (process === null || process.hasExited) return null;
    if (!signal.aborted) return process;
    await process.stop();
    throw startGivenUp(signal);
  }

  /**
   * Lends a process from now on: a spare one if there is one that comes to it, else a new one.
   *
   * @param starting may stand for a new one; what is taken is taken off it.
   */
  #enter(manifest: PluginManifest, starting: Promise<PluginProcess>[] = []): Entry {
    const [spare] = this.#spares.get(manifest.folder) ?? [];
    spare?.forget();
    const launch = (): Promise<PluginProcess> => this.#launch(manifest, 'connector');
    const process = spare?.process.catch(launch) ?? starting.shift() ?? launch();
    const entry: Entry = { process, users: 0, idle: null };
    this.#entries.set(manifest.folder, entry);
    const forget = (): void => {
      if (this.#entries.get(manifest.folder) === entry) this.#entries.delete(manifest.folder);
    };
    process.then(
      ready => {
        ready.bind({ role: 'connector' });
        void ready.exited.then(forget);
      },
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
