/**
 * What the leader of the group does for all: it alone writes the config topic (I4), keeps the session key young and forgets the states
 * of what was removed. Called from the herder's queue only, one call at a time, while this worker leads.
 */
import { assertNever } from '../errors/assert-never.ts';
import type { Clock } from '../async/clock.ts';
import { ConnectError } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import type { ConfigStore, ConnectorConfig } from '../storage/config-store.ts';
import type { TargetState } from '../storage/states.ts';
import type { StatusStore } from '../storage/status-store.ts';
import { connectorExists, connectorNotFound } from './connector-view.ts';
import { done, type HerderReply } from './forwarding.ts';
import { generateSessionKey, sessionKeyDueInMs, type SessionKeyRules } from './request-signature.ts';
import type { RestartScope } from './herder.ts';

/** Something to write to the config topic. A `base` is the configuration that the new one was made from; it must still be there. */
export type ConfigWrite =
  | { readonly kind: 'create'; readonly name: string; readonly config: ConnectorConfig; readonly state: TargetState }
  | { readonly kind: 'put'; readonly name: string; readonly config: ConnectorConfig; readonly base?: ConnectorConfig }
  | { readonly kind: 'delete'; readonly name: string }
  | { readonly kind: 'target'; readonly name: string; readonly state: TargetState }
  | { readonly kind: 'restart'; readonly name: string; readonly scope: RestartScope }
  | { readonly kind: 'tasks'; readonly name: string; readonly configs: readonly ConnectorConfig[] };

/** What the leader's work needs. */
export interface LeaderDutiesOptions {
  readonly configs: ConfigStore;
  readonly statuses: StatusStore;
  readonly sessionKeys: SessionKeyRules;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The leader's work. */
export class LeaderDuties {
  readonly #options: LeaderDutiesOptions;

  constructor(options: LeaderDutiesOptions) {
    this.#options = options;
  }

  /**
   * Writes; durable and read by this worker when it resolves.
   *
   * @throws {ConnectError} CONNECTOR_EXISTS, CONNECTOR_NOT_FOUND, REQUEST_INVALID, GROUP_REBALANCE when the base moved; as the store.
   */
  async write(write: ConfigWrite): Promise<HerderReply> {
    const { configs } = this.#options;
    const known = configs.connectorConfig(write.name);
    if (write.kind === 'create') {
      if (known !== null) throw connectorExists(write.name);
      await configs.putConnectorConfig(write.name, write.config, write.state);
      return { ...done, created: true };
    }
    if (write.kind === 'put') {
      if (write.base !== undefined && write.base !== known) throw configMoved(write.name);
      await configs.putConnectorConfig(write.name, write.config);
      return { ...done, created: known === null };
    }
    if (known === null) throw connectorNotFound(write.name);
    await this.#change(write);
    return done;
  }

  async #change(write: Exclude<ConfigWrite, { readonly kind: 'create' | 'put' }>): Promise<void> {
    const { configs } = this.#options;
    switch (write.kind) {
      case 'delete':
        await configs.removeConnectorConfig(write.name);
        // A connector that is created again at once is not to show the states of this one (D9).
        return this.#options.statuses.removeConnector(write.name);
      case 'target':
        return this.#putTarget(write.name, write.state);
      case 'restart':
        return configs.putRestartRequest({ connector: write.name, ...write.scope });
      case 'tasks':
        if (write.configs.length > 0 && configs.targetState(write.name) === 'STOPPED') {
          const message = `Cannot submit non-empty set of task configs for stopped connector ${write.name}`;
          throw new ConnectError('REQUEST_INVALID', message, { details: { connector: write.name } });
        }
        return configs.putTaskConfigs(write.name, write.configs);
      default:
        assertNever(write);
    }
  }

  /** A stopped connector has no tasks; they go first, so that no worker sees tasks of a stopped connector. */
  async #putTarget(name: string, state: TargetState): Promise<void> {
    const { configs } = this.#options;
    if (state === 'STOPPED' && configs.taskConfigs(name).length > 0) await configs.putTaskConfigs(name, []);
    if (configs.targetState(name) !== state) await configs.putTargetState(name, state);
  }

  /** Whether a state is known of a connector, or a task of it, that is no longer configured. */
  hasLeftovers(name: string): boolean {
    const { configs, statuses } = this.#options;
    const config = configs.snapshot();
    const tasks = statuses.taskStatuses(name);
    if (!config.contains(name)) return tasks.length > 0 || statuses.connectorStatus(name) !== null;
    const count = config.tasks(name).length;
    return tasks.some(({ id }) => id.task >= count);
  }

  /** Forgets states and active topics of connectors, and states of tasks, that are no longer configured. */
  async forgetRemoved(): Promise<void> {
    const { configs, statuses } = this.#options;
    const config = configs.snapshot();
    for (const name of statuses.connectors()) {
      if (!config.contains(name)) {
        await statuses.removeConnector(name);
        await statuses.resetActiveTopics(name);
        continue;
      }
      const count = config.tasks(name).length;
      for (const { id } of statuses.taskStatuses(name)) if (id.task >= count) await statuses.removeTask(id);
    }
  }

  /**
   * Makes a session key if there is none, or the present one is too old or of another kind.
   *
   * @returns milliseconds until the next one is due; null for never.
   */
  async renewSessionKey(): Promise<number | null> {
    const { configs, sessionKeys, clock, log } = this.#options;
    const dueInMs = sessionKeyDueInMs(configs.snapshot().sessionKey, sessionKeys, clock.nowMs());
    if (dueInMs !== 0) return dueInMs;
    await configs.putSessionKey(generateSessionKey(sessionKeys, clock.nowMs()));
    log.info('A new session key signs the requests between workers');
    return sessionKeys.ttlMs === 0 ? null : sessionKeys.ttlMs;
  }
}

function configMoved(name: string): ConnectError {
  return new ConnectError('GROUP_REBALANCE', `The configuration of connector '${name}' changed meanwhile; try again`, {
    details: { connector: name },
  });
}
