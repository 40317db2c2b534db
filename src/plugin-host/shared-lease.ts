import { createDeferred } from '../async/deferred.ts';
import type { ConnectError } from '../errors/connect-error.ts';
import type { ExitReport } from './exit-report.ts';
import type { PluginChannel } from './plugin-channel.ts';
import type { LeaseOwner, PluginLease } from './plugin-lease.ts';
import type { PluginManifest } from './plugin-manifest.ts';
import type { PluginProcess } from './plugin-process.ts';

/** One owner's part in a shared process. Its connection ends with it, which ends what the owner had running. */
export class SharedLease implements PluginLease {
  readonly owner: LeaseOwner;
  readonly channel: PluginChannel;
  readonly #process: PluginProcess;
  readonly #leave: (isClean: boolean) => void;
  readonly #killAll: (cause: ConnectError | undefined) => void;
  // Not the process's own promise: a process that lives long would keep everybody who ever waited on it.
  readonly #exited = createDeferred<ExitReport>();
  #hasLeft = false;
  #hasExited = false;

  constructor(options: {
    readonly process: PluginProcess;
    readonly owner: LeaseOwner;
    readonly channel: PluginChannel;
    readonly leave: (isClean: boolean) => void;
    readonly killAll: (cause: ConnectError | undefined) => void;
  }) {
    this.#process = options.process;
    this.owner = options.owner;
    this.channel = options.channel;
    this.#leave = options.leave;
    this.#killAll = options.killAll;
  }

  get manifest(): PluginManifest {
    return this.#process.manifest;
  }

  get pid(): number {
    return this.#process.pid;
  }

  get sendBytesMax(): number {
    return this.#process.sendBytesMax;
  }

  get exited(): Promise<ExitReport> {
    return this.#exited.promise;
  }

  get hasExited(): boolean {
    return this.#hasExited;
  }

  hideValues(values: readonly string[]): void {
    this.#process.hideValues(values);
  }

  async release({ isClean }: { readonly isClean: boolean }): Promise<void> {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.channel.close();
    this.#leave(isClean);
  }

  async kill(cause?: ConnectError): Promise<ExitReport> {
    if (!this.#hasExited) this.#killAll(cause);
    const report = await this.#exited.promise;
    await this.release({ isClean: false });
    return cause === undefined ? report : { ...report, cause };
  }

  /** The process is gone. */
  markExited(report: ExitReport): void {
    this.#hasExited = true;
    this.#exited.resolve(report);
  }
}
