/**
 * One connector of a standalone worker: its instance, its tasks and what was asked of it. Everything that changes it runs in its own
 * lane, one request after the other, so a plugin that hangs holds up its own connector only.
 */
import type { Clock } from '../async/clock.ts';
import { SerialLoop } from '../async/serial-loop.ts';
import { Stages } from '../async/stages.ts';
import type { ConnectorTaskId } from '../data/connector-task-id.ts';
import { messageOf, traceOf } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import type { ConfigStore, ConnectorConfig } from '../storage/config-store.ts';
import type { InstanceStatus, TargetState } from '../storage/states.ts';
import type { StatusStore } from '../storage/status-store.ts';
import type { StopReason } from '../worker/task-attempt.ts';
import type { Worker } from '../worker/worker.ts';
import type { RestartScope } from './herder.ts';
import { haveSameConfigs } from './task-configs.ts';

/** What a connector shares with the others of its worker. */
export interface StandaloneConnectorOptions {
  readonly name: string;
  readonly worker: Worker;
  readonly configs: ConfigStore;
  readonly statuses: StatusStore;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The actor of one connector. */
export class StandaloneConnector {
  /** What is being done with it. */
  readonly stages: Stages;
  readonly #name: string;
  readonly #worker: Worker;
  readonly #configs: ConfigStore;
  readonly #statuses: StatusStore;
  readonly #log: Logger;
  readonly #lane: SerialLoop;

  constructor(options: StandaloneConnectorOptions) {
    this.#name = options.name;
    this.#worker = options.worker;
    this.#configs = options.configs;
    this.#statuses = options.statuses;
    this.#log = options.log.child({ connector: options.name });
    this.stages = new Stages(options.clock);
    this.#lane = new SerialLoop(`connector '${options.name}'`, 1000);
  }

  /** Runs `action` after all that was asked of this connector before. @param doing what it is, as `restarting`. */
  run<T>(doing: string, action: () => Promise<T>): Promise<T> {
    return this.#lane.run(() => this.stages.during(`${doing} connector '${this.#name}'`, action));
  }

  /** Starts the instance as its target state says, and its tasks. A failure shows in the status. */
  async start(): Promise<void> {
    await this.#startInstance();
    await this.replan();
  }

  /** Stops tasks and instance. */
  async stop(reason: StopReason): Promise<void> {
    await this.#worker.stopTasks(this.#taskIds(), reason);
    await this.#worker.stopConnector(this.#name);
  }

  /** Ends the lane; what was asked before is still done. */
  close(): Promise<void> {
    return this.#lane.close();
  }

  /** Takes a new configuration: everything is started again under it. */
  async reconfigure(config: ConnectorConfig): Promise<void> {
    await this.stop('CONFIG');
    await this.#configs.putConnectorConfig(this.#name, config);
    await this.#startInstance();
    await this.replan({ force: true });
  }

  /** Pauses, stops or resumes. Idempotent. */
  async setTarget(target: TargetState): Promise<void> {
    await this.#configs.putTargetState(this.#name, target);
    await this.#worker.setConnectorTarget(this.#name, target);
    if (target === 'STOPPED') {
      await this.#worker.stopTasks(this.#taskIds(), 'STOP');
      for (const id of this.#taskIds()) await this.#statuses.removeTask(id);
      await this.#configs.putTaskConfigs(this.#name, []);
      return;
    }
    this.#worker.setTasksPaused(this.#taskIds(), target === 'PAUSED');
    if (target === 'STARTED') await this.replan();
  }

  /** What a restart of that scope covers now. */
  restartPlan(scope: RestartScope): { readonly instance: boolean; readonly tasks: readonly ConnectorTaskId[] } {
    const isCovered = (status: InstanceStatus | null): boolean => !scope.onlyFailed || status?.state === 'FAILED';
    return {
      instance: isCovered(this.#statuses.connectorStatus(this.#name)),
      tasks: scope.includeTasks ? this.#taskIds().filter(id => isCovered(this.#statuses.taskStatus(id))) : [],
    };
  }

  /** Restarts the instance, the given tasks, or both. */
  async restart(plan: { readonly instance: boolean; readonly tasks: readonly ConnectorTaskId[] }): Promise<void> {
    await this.#worker.stopTasks(plan.tasks, 'STOP');
    if (plan.instance) {
      await this.#worker.stopConnector(this.#name);
      await this.#startInstance();
    }
    const isReplanned = plan.instance && (await this.replan());
    if (isReplanned) return;
    for (const id of plan.tasks) this.#startTask(id);
  }

  /** Marks what a restart covers, before it begins. */
  async markRestarting(plan: {
    readonly instance: boolean;
    readonly tasks: readonly ConnectorTaskId[];
  }): Promise<void> {
    const instance = this.#statuses.connectorStatus(this.#name);
    if (plan.instance && instance !== null) {
      await this.#statuses.putConnectorStatus(this.#name, { ...instance, state: 'RESTARTING', trace: '' });
    }
    for (const id of plan.tasks) {
      const task = this.#statuses.taskStatus(id);
      if (task !== null) await this.#statuses.putTaskStatus({ ...task, state: 'RESTARTING', trace: '' });
    }
  }

  /**
   * Asks the plugin for task configurations and, where they differ from those that run, replaces the tasks.
   *
   * @returns true if tasks were replaced.
   */
  async replan(options: { readonly force?: boolean } = {}): Promise<boolean> {
    const config = this.#configs.connectorConfig(this.#name);
    if (config === null || this.#configs.targetState(this.#name) !== 'STARTED') return false;
    if (!this.#worker.isConnectorRunning(this.#name)) return false;
    let planned: readonly ConnectorConfig[];
    try {
      planned = await this.#worker.planTasks(this.#name, config);
    } catch (error) {
      this.#log.error({ err: error }, 'No task configurations could be had; the connector fails');
      await this.#worker.failConnector(this.#name, error);
      return false;
    }
    if (options.force !== true && haveSameConfigs(planned, this.#configs.taskConfigs(this.#name))) return false;
    await this.#replaceTasks(planned);
    return true;
  }

  async #replaceTasks(planned: readonly ConnectorConfig[]): Promise<void> {
    const before = this.#taskIds();
    await this.#worker.stopTasks(before, 'CONFIG');
    for (const id of before.slice(planned.length)) await this.#statuses.removeTask(id);
    await this.#configs.putTaskConfigs(this.#name, planned);
    for (const id of this.#taskIds()) this.#startTask(id);
  }

  async #startInstance(): Promise<void> {
    const config = this.#configs.connectorConfig(this.#name);
    if (config === null) return;
    await this.#worker.startConnector(
      { name: this.#name, config, target: this.#configs.targetState(this.#name) },
      {
        onStatus: status => this.#keep(this.#statuses.putConnectorStatus(this.#name, status)),
        onReplan: reason => {
          this.#log.info({ reason }, 'The plugin asks for new task configurations');
          this.#keep(this.#lane.run(() => this.replan()));
        },
      },
    );
  }

  #startTask(id: ConnectorTaskId): void {
    const connectorConfig = this.#configs.connectorConfig(this.#name);
    const taskConfig = this.#configs.taskConfigs(this.#name)[id.task];
    if (connectorConfig === null || taskConfig === undefined) return;
    this.#worker.startTask(
      { id, connectorConfig, taskConfig, isPaused: this.#configs.targetState(this.#name) === 'PAUSED' },
      status => this.#keep(this.#statuses.putTaskStatus({ ...status, id })),
    );
  }

  #taskIds(): readonly ConnectorTaskId[] {
    return this.#configs.taskConfigs(this.#name).map((_, task) => ({ connector: this.#name, task }));
  }

  /** Work whose result nobody waits for; its failure must not get lost. */
  #keep(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.#log.error({ err: error, trace: traceOf(error) }, `A change of the connector failed: ${messageOf(error)}`);
    });
  }
}
