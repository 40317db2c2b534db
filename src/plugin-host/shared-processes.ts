import { abortable } from '../async/abortable.ts';
import type { Clock, Timer } from '../async/clock.ts';
import { startGivenUp } from './launch.ts';
import type { PluginLease } from './plugin-lease.ts';
import type { PluginProcess } from './plugin-process.ts';
import type { LeaseRequest } from './process-pool.ts';
import { placeOwner } from './process-seats.ts';
import { capacityOf, kindOf, type OwnerKind, SharedProcess } from './shared-process.ts';

/** What the processes of one group of owners need. */
export interface SharedProcessesOptions {
  readonly launch: (request: LeaseRequest, signal: AbortSignal) => Promise<PluginProcess>;
  /** Shakes hands on the connection of a new lease. */
  readonly greet: (lease: PluginLease, signal: AbortSignal) => Promise<unknown>;
  /** How long a process that nobody uses is kept for the next owner, ms. */
  readonly lingerMs: number;
  /** Called when there is no process left. */
  readonly onEmpty: () => void;
  readonly clock: Clock;
}

/** The processes that owners of one group share: those of a connector, or all of a plugin. */
export class SharedProcesses {
  readonly #options: SharedProcessesOptions;
  /** Oldest first; a process leaves when it is being ended or has exited. */
  readonly #members = new Set<SharedProcess>();
  readonly #idle = new Map<SharedProcess, Timer>();
  readonly #ending = new Set<Promise<void>>();
  #usualCapacity: number | null = null;
  /** Calls of {@link lease} under way. */
  #asking = 0;

  constructor(options: SharedProcessesOptions) {
    this.#options = options;
  }

  /**
   * A place in one of the processes, launched where there is none with room.
   *
   * @throws {ConnectError} as {@link PluginLauncher.launch}; SHUTTING_DOWN when the signal ended the wait.
   */
  async lease(request: LeaseRequest): Promise<PluginLease> {
    this.#asking += 1;
    try {
      return await this.#lease(request);
    } finally {
      this.#asking -= 1;
      this.#tellIfEmpty();
    }
  }

  /** Ends all processes, used or not. Resolves when they are gone. */
  async close(): Promise<void> {
    for (const member of this.#members) this.#end(member);
    await Promise.all(this.#ending);
  }

  async #lease(request: LeaseRequest): Promise<PluginLease> {
    const kind = kindOf(request.owner);
    for (;;) {
      const member = this.#reserve(request, kind);
      let process: PluginProcess;
      try {
        process = await abortable(member.ready, request.signal, () => startGivenUp(request.signal));
      } catch (error) {
        member.giveUp(kind);
        throw error;
      }
      this.#usualCapacity = capacityOf(process);
      // It was launched for more owners than it takes, or is being ended: this one goes elsewhere.
      if (!member.sit(kind)) {
        member.giveUp(kind);
        continue;
      }
      process.hideValues(request.hiddenValues);
      const lease = member.lease(request.owner);
      try {
        await this.#options.greet(lease, request.signal);
        return lease;
      } catch (error) {
        await lease.release({ isClean: true });
        throw error;
      }
    }
  }

  #reserve(request: LeaseRequest, kind: OwnerKind): SharedProcess {
    const open = [...this.#members].filter(member => !member.isRetired);
    const placement = placeOwner(
      open.map(member => member.seats(kind)),
      this.#usualCapacity,
    );
    const found = placement.kind === 'join' ? open[placement.index] : undefined;
    const member = found ?? this.#launch(request);
    member.reserve(kind);
    this.#idle.get(member)?.cancel();
    this.#idle.delete(member);
    return member;
  }

  #launch(request: LeaseRequest): SharedProcess {
    const member: SharedProcess = new SharedProcess({
      launch: signal => this.#options.launch(request, signal),
      onFewer: () => this.#review(member),
    });
    this.#members.add(member);
    return member;
  }

  /** Ends a process that nobody uses: at once if it takes no more, else when no one came for a while. */
  #review(member: SharedProcess): void {
    if (!this.#members.has(member) || !member.isIdle) return;
    if (member.isRetired) {
      this.#end(member);
      return;
    }
    const { clock, lingerMs } = this.#options;
    this.#idle.get(member)?.cancel();
    this.#idle.set(
      member,
      clock.after(lingerMs, () => this.#end(member), { unref: true }),
    );
  }

  #end(member: SharedProcess): void {
    this.#members.delete(member);
    this.#idle.get(member)?.cancel();
    this.#idle.delete(member);
    const ended: Promise<void> = member.end().then(() => {
      this.#ending.delete(ended);
      this.#tellIfEmpty();
    });
    this.#ending.add(ended);
  }

  #tellIfEmpty(): void {
    if (this.#asking + this.#members.size + this.#ending.size === 0) this.#options.onEmpty();
  }
}
