import { ConnectError } from '../errors/connect-error.ts';
import type { ExitReport } from './exit-report.ts';
import type { LeaseOwner, PluginLease } from './plugin-lease.ts';
import type { PluginProcess } from './plugin-process.ts';
import type { Seats } from './process-seats.ts';
import { SharedLease } from './shared-lease.ts';

/** Tasks and connector instances have places of their own. */
export type OwnerKind = 'task' | 'connector';

/**
 * A process that several tasks share, from the decision to launch it. Counts who uses it or waits for it; whoever makes it ends it
 * when it is {@link isIdle}.
 */
export class SharedProcess {
  readonly #starting = new AbortController();
  readonly #leases = new Set<SharedLease>();
  readonly #onFewer: () => void;
  /** The process once its handshake is answered; rejects with why it did not come to it. */
  readonly ready: Promise<PluginProcess>;
  #process: PluginProcess | null = null;
  #capacity: number | null = null;
  readonly #taken = { task: 0, connector: 0 };
  readonly #seated = { task: 0, connector: 0 };
  #isRetired = false;

  /**
   * @param options `launch`: starts the process, given up by the signal. `onFewer`: called whenever somebody left it, and when it
   *   has failed to start or exited.
   */
  constructor(options: {
    readonly launch: (signal: AbortSignal) => Promise<PluginProcess>;
    readonly onFewer: () => void;
  }) {
    this.#onFewer = options.onFewer;
    this.ready = this.#start(options.launch);
    // Those who wait for it are told; nobody may wait any more when it fails.
    this.ready.catch(() => undefined);
  }

  /** Its places for owners of a kind. */
  seats(kind: OwnerKind): Seats {
    return { capacity: this.#capacity, taken: this.#taken[kind] };
  }

  /** Nobody uses it or waits for it. */
  get isIdle(): boolean {
    return this.#taken.task + this.#taken.connector === 0;
  }

  /** It takes no more: it has exited or failed to start, or something of an owner may still run in it. */
  get isRetired(): boolean {
    return this.#isRetired;
  }

  /** Holds a place for an owner who waits for {@link ready}; to be followed by {@link sit} or {@link giveUp}. */
  reserve(kind: OwnerKind): void {
    this.#taken[kind] += 1;
  }

  /** Lets a reserved place go. */
  giveUp(kind: OwnerKind): void {
    this.#taken[kind] -= 1;
    this.#onFewer();
  }

  /** Makes a reserved place a real one, now that the capacity is known. @returns false if there is none left. */
  sit(kind: OwnerKind): boolean {
    if (this.#isRetired || this.#seated[kind] >= (this.#capacity ?? 0)) return false;
    this.#seated[kind] += 1;
    return true;
  }

  /** The lease of an owner who sits, on a connection of its own that has not shaken hands yet. */
  lease(owner: LeaseOwner): PluginLease {
    const process = this.#process;
    if (process === null) throw new Error('The shared plugin process is not ready');
    const lease = new SharedLease({
      process,
      owner,
      channel: process.channel.another(),
      leave: isClean => this.#leave(lease, { owner, isClean }),
      killAll: cause => this.#kill(owner, cause),
    });
    this.#leases.add(lease);
    if (process.hasExited) void process.exited.then(report => this.#onExit(process, report));
    return lease;
  }

  /** Ends the process by its stop ladder, or its start. Resolves when it is gone. */
  async end(): Promise<void> {
    this.#isRetired = true;
    this.#starting.abort(new ConnectError('SHUTTING_DOWN', 'Nobody needs the plugin process any more'));
    // A process that never came to run has nothing to end; those who waited for it know why.
    await this.ready.then(
      process => process.stop(),
      () => undefined,
    );
  }

  async #start(launch: (signal: AbortSignal) => Promise<PluginProcess>): Promise<PluginProcess> {
    try {
      const process = await launch(this.#starting.signal);
      this.#process = process;
      this.#capacity = capacityOf(process);
      void process.exited.then(report => this.#onExit(process, report));
      return process;
    } catch (error) {
      this.#isRetired = true;
      this.#onFewer();
      throw error;
    }
  }

  #leave(lease: SharedLease, { owner, isClean }: { readonly owner: LeaseOwner; readonly isClean: boolean }): void {
    this.#leases.delete(lease);
    if (!isClean) this.#isRetired = true;
    const kind = kindOf(owner);
    this.#seated[kind] -= 1;
    this.giveUp(kind);
  }

  /** The others are told who it was that the process died of. */
  #kill(owner: LeaseOwner, cause: ConnectError | undefined): void {
    this.#isRetired = true;
    const who = owner.task === null ? `connector '${owner.connector}'` : `task ${owner.connector}-${owner.task}`;
    void this.#process?.kill(
      new ConnectError('PLUGIN_EXITED', `The process was shared with ${who}: ${cause?.message ?? 'it died'}`, {
        cause,
      }),
    );
  }

  #onExit(process: PluginProcess, report: ExitReport): void {
    this.#isRetired = true;
    for (const lease of this.#leases) lease.markExited({ ...report, lastLines: process.lastLines(lease.owner) });
    this.#onFewer();
  }
}

/** What an owner is. */
export function kindOf(owner: LeaseOwner): OwnerKind {
  return owner.task === null ? 'connector' : 'task';
}

/** How many tasks a process takes, and how many connector instances beside them. */
export function capacityOf(process: PluginProcess): number {
  return Math.max(1, process.handshake.maxTasks);
}
