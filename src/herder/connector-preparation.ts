/**
 * What happens before a connector is created or changed: its plugin checks the configuration, and processes are started ahead for its
 * tasks. Both where it is going to run, so that the process that checks is the one that becomes the instance, and all that a create has
 * to wait for starts at the same time on all workers (ADR 0074).
 */
import type { Clock } from '../async/clock.ts';
import { withTimeLimit } from '../async/time-limit.ts';
import { tasksMaxOf } from '../config/tasks-max.ts';
import { ConnectError, messageOf } from '../errors/connect-error.ts';
import { foreseeShares, type ForeseenShare } from '../group/foreseen-work.ts';
import type { WorkerGroup } from '../group/worker-group.ts';
import type { Logger } from '../logging/logger.ts';
import type { ConnectorConfig } from '../storage/config-store.ts';
import type { Worker } from '../worker/worker.ts';
import type { ConnectorValidation } from './connector-validation.ts';
import type { Forwarding, Preparation } from './forwarding.ts';

/** What preparing needs. */
export interface ConnectorPreparationOptions {
  readonly group: Pick<WorkerGroup, 'memberId' | 'workers'>;
  readonly worker: Pick<Worker, 'warmUp' | 'warmProcesses'>;
  readonly validation: Pick<ConnectorValidation, 'require'>;
  readonly forwarding: Pick<Forwarding, 'prepare'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How long another worker is waited for, ms; then this one checks the configuration itself. */
const elsewhereTimeoutMs = 5000;

/** Prepares connectors, on this worker and on the others of its group. */
export class ConnectorPreparation {
  readonly #options: ConnectorPreparationOptions;

  constructor(options: ConnectorPreparationOptions) {
    this.#options = options;
  }

  /**
   * Passes if the configuration can be used. To be called by the leader.
   *
   * @param connector `willRun`: it is to have tasks at once.
   * @throws {ConnectError} as `ConnectorValidation.require`.
   */
  async require(
    connector: { readonly name: string; readonly config: ConnectorConfig; readonly willRun: boolean },
    signal: AbortSignal,
  ): Promise<void> {
    const { group, worker, validation } = this.#options;
    const { config } = connector;
    const shares = this.#foresee(connector);
    const own = shares.find(share => share.worker.memberId === group.memberId);
    const others = shares.filter(share => share !== own);
    const runner = others.find(({ work }) => work.connectors.length > 0);
    const checked = runner && this.#prepareElsewhere(runner, { config, isChecked: true }, signal);
    for (const other of others) {
      // Nobody waits for it: it only has an effect on how long a start takes.
      if (other !== runner) void this.#prepareElsewhere(other, { config, isChecked: false }, signal);
    }
    worker.warmUp(config, { tasks: own?.work.tasks.length ?? 0, isChecked: checked === undefined });
    if ((await checked) !== true) await validation.require(config, signal);
  }

  /** Prepares a connector on this worker. @throws {ConnectError} as {@link require}, if the configuration is checked. */
  async serve({ config, isChecked, tasks }: Preparation, signal: AbortSignal): Promise<void> {
    const { worker, validation } = this.#options;
    worker.warmUp(config, { tasks, isChecked });
    if (isChecked) await validation.require(config, signal);
  }

  #foresee(connector: {
    readonly name: string;
    readonly config: ConnectorConfig;
    readonly willRun: boolean;
  }): readonly ForeseenShare[] {
    const { group, worker } = this.#options;
    const { name, config, willRun } = connector;
    // In a round nobody knows.
    const workers = group.workers ?? [];
    const count = willRun ? Math.min(tasksMaxOf(config), workers.length * worker.warmProcesses) : 0;
    const tasks = Array.from({ length: count }, (_, task) => ({ connector: name, task }));
    return foreseeShares(workers, { connectors: [name], tasks });
  }

  /**
   * Has another worker do its share. What it says of the configuration counts; that it says nothing is no error, since this worker can
   * do without.
   *
   * @returns whether it has done it.
   * @throws {ConnectError} CONFIG_INVALID, if the configuration is checked.
   */
  async #prepareElsewhere(
    { worker, work }: ForeseenShare,
    { config, isChecked }: Pick<Preparation, 'config' | 'isChecked'>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { forwarding, clock, log } = this.#options;
    if (worker.peer === null) return false;
    const address = worker.peer.grpcAddress;
    const onTimeout = (): Error =>
      new ConnectError('DEADLINE_EXCEEDED', `No answer from '${address}' within ${elsewhereTimeoutMs} ms`);
    const preparation = { config, isChecked, tasks: work.tasks.length };
    try {
      await withTimeLimit(clock, { timeoutMs: elsewhereTimeoutMs, onTimeout, signal }, until =>
        forwarding.prepare(address, preparation, until),
      );
      return true;
    } catch (error) {
      if (isChecked) signal.throwIfAborted();
      if (isChecked && error instanceof ConnectError && error.code === 'CONFIG_INVALID') throw error;
      log.debug({ cause: messageOf(error), address }, 'Another worker could not prepare for a connector');
      return false;
    }
  }
}
