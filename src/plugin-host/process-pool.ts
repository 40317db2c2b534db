import type { PluginIsolation } from '../config/millrace-keys.ts';
import type { Clock } from '../async/clock.ts';
import type { PluginLauncher } from './launch.ts';
import type { LeaseOwner, PluginLease } from './plugin-lease.ts';
import type { PluginManifest } from './plugin-manifest.ts';
import type { PluginProcess } from './plugin-process.ts';
import { SharedProcesses } from './shared-processes.ts';

/** What a task or a connector instance asks for. */
export interface LeaseRequest {
  readonly manifest: PluginManifest;
  /** `plugin.isolation` as it holds for the connector. */
  readonly isolation: PluginIsolation;
  readonly owner: LeaseOwner;
  /** Values never to be logged. */
  readonly hiddenValues: readonly string[];
  /** Gives the wait up. A process that others wait for too still starts. */
  readonly signal: AbortSignal;
}

/** What the pool needs. */
export interface ProcessPoolOptions {
  readonly launcher: PluginLauncher;
  /** A process for its caller alone; may be one that is at hand. @throws {ConnectError} as {@link PluginLauncher.launch}. */
  readonly take: (
    manifest: PluginManifest,
    options: { readonly bindings: Readonly<Record<string, string | number>>; readonly signal: AbortSignal },
  ) => Promise<PluginProcess>;
  /** `plugin.start.timeout.ms` */
  readonly startTimeoutMs: number;
  /** How long a shared process that nobody uses is kept for the next owner, ms. */
  readonly lingerMs: number;
  readonly clock: Clock;
}

/**
 * Gives tasks and connector instances their plugin processes, shared as `plugin.isolation` says:
 *
 * | isolation   | who shares a process                                                                      |
 * |-------------|-------------------------------------------------------------------------------------------|
 * | `task`      | nobody: the process ends with its owner                                                   |
 * | `connector` | a connector's instance and its tasks                                                      |
 * | `plugin`    | all instances and tasks of a plugin in one version; they have the same environment        |
 *
 * A process takes as many tasks as its handshake says (`max_tasks`), then there is another. Its death is the death of all in it;
 * each is replaced by its own rule, and those that come back at the same time meet in one new process.
 */
export class ProcessPool {
  readonly #options: ProcessPoolOptions;
  readonly #groups = new Map<string, SharedProcesses>();

  constructor(options: ProcessPoolOptions) {
    this.#options = options;
  }

  /**
   * A process, or a place in one.
   *
   * @throws {ConnectError} as {@link PluginLauncher.launch}; SHUTTING_DOWN when the signal ended the wait.
   */
  async lease(request: LeaseRequest): Promise<PluginLease> {
    if (request.isolation !== 'task') return this.#group(request).lease(request);
    const process = await this.#launch(request, request.signal);
    process.hideValues(request.hiddenValues);
    return process;
  }

  /** Ends the shared processes, used or not; those of single owners are theirs to end. Resolves when they are gone. */
  async close(): Promise<void> {
    await Promise.all([...this.#groups.values()].map(group => group.close()));
  }

  #group(request: LeaseRequest): SharedProcesses {
    const key = groupKey(request);
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const { launcher, startTimeoutMs, lingerMs, clock } = this.#options;
    const group: SharedProcesses = new SharedProcesses({
      launch: (first, signal) => this.#launch(first, signal),
      greet: (lease, signal) => launcher.greet(lease, { timeoutMs: startTimeoutMs, signal }),
      lingerMs,
      onEmpty: () => {
        if (this.#groups.get(key) === group) this.#groups.delete(key);
      },
      clock,
    });
    this.#groups.set(key, group);
    return group;
  }

  #launch(request: LeaseRequest, signal: AbortSignal): Promise<PluginProcess> {
    return this.#options.take(request.manifest, { bindings: logBindings(request), signal });
  }
}

/** Two plugins, or two versions of one, never lie in one folder. */
function groupKey({ manifest, isolation, owner }: LeaseRequest): string {
  return JSON.stringify([manifest.folder, isolation === 'connector' ? owner.connector : null]);
}

/** What every line of the process is about; what it prints for one of several tasks has to say so itself. */
function logBindings({ isolation, owner }: LeaseRequest): Readonly<Record<string, string | number>> {
  if (isolation === 'plugin') return {};
  const connector = { connector: owner.connector };
  if (isolation === 'connector') return connector;
  return owner.task === null ? { ...connector, role: 'connector' } : { ...connector, task: owner.task };
}
