import type { Clock } from '../async/clock.ts';
import { withTimeLimit } from '../async/time-limit.ts';
import { ConnectError } from '../errors/connect-error.ts';
import type { ConfigSnapshot, ConfigSnapshotSource } from '../group/config-snapshot-source.ts';
import type { ConfigStore } from '../storage/config-store.ts';

/** The config store, as the group looks at it. */
export class ConfigSnapshots implements ConfigSnapshotSource {
  readonly #configs: ConfigStore;
  readonly #clock: Clock;

  constructor(options: { readonly configs: ConfigStore; readonly clock: Clock }) {
    this.#configs = options.configs;
    this.#clock = options.clock;
  }

  snapshot(): ConfigSnapshot {
    const config = this.#configs.snapshot();
    const taskCounts = new Map(config.connectors().map(name => [name, config.tasks(name).length]));
    return { configOffset: config.offset, taskCounts };
  }

  async readToEnd(options: { readonly timeoutMs: number; readonly signal: AbortSignal }): Promise<void> {
    const message = `The config topic was not read to its end within ${options.timeoutMs} ms`;
    const onTimeout = (): Error => new ConnectError('DEADLINE_EXCEEDED', message);
    await withTimeLimit(this.#clock, { ...options, onTimeout }, signal => this.#configs.refresh(signal));
  }
}
