import { abortable } from '../async/abortable.ts';
import type { Clock } from '../async/clock.ts';
import { createDeferred } from '../async/deferred.ts';
import { toConnectError } from '../errors/connect-error.ts';
import type { StatusStore } from '../storage/status-store.ts';
import type { RestartPlan } from './restart-plan.ts';

/** Longest wait for the workers that are to restart something, ms: one that has just died never says so. */
const timeoutMs = 3000;

/**
 * Looks for what a restart covers to be RESTARTING. The workers that run it say so, in the status topic; when this one has read it, who
 * asks any worker from then on is told of the restart or of what came after it (D9).
 */
export class RestartSighting {
  readonly #clock: Clock;
  readonly #awaited: Set<number | 'instance'>;
  readonly #seen = createDeferred<undefined>();
  readonly #stop: () => void;

  /** Looks from now on. */
  constructor(options: {
    readonly name: string;
    readonly plan: RestartPlan;
    readonly statuses: StatusStore;
    readonly clock: Clock;
  }) {
    const { name, plan, statuses } = options;
    this.#clock = options.clock;
    this.#awaited = new Set<number | 'instance'>([...(plan.instance ? ['instance' as const] : []), ...plan.tasks]);
    this.#stop = statuses.watch(changed => {
      if (changed !== name) return;
      if (statuses.connectorStatus(name)?.state === 'RESTARTING') this.#awaited.delete('instance');
      for (const { id, state } of statuses.taskStatuses(name))
        if (state === 'RESTARTING') this.#awaited.delete(id.task);
      if (this.#awaited.size === 0) this.#seen.resolve(undefined);
    });
  }

  /** Resolves when all was seen, or that takes too long. @throws the signal's reason. */
  async complete(signal: AbortSignal): Promise<void> {
    if (this.#awaited.size === 0) return;
    const timer = this.#clock.after(timeoutMs, () => this.#seen.resolve(undefined));
    try {
      await abortable(this.#seen.promise, signal, () => toConnectError(signal.reason));
    } finally {
      timer.cancel();
    }
  }

  /** Looks no more. Idempotent. */
  end(): void {
    this.#stop();
  }
}
