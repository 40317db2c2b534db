/**
 * What a worker of a cluster runs of one connector: its instance, some of its tasks, or both. Steps are taken note of at once and done
 * in lanes of their own, one for the instance and one for the tasks, so a plugin that hangs holds up its own connector only (I6), and
 * never the herder's tick.
 */
import { backoffMs } from '../async/backoff.ts';
import type { Clock } from '../async/clock.ts';
import { withDeadline } from '../async/deadline.ts';
import { SerialLoop } from '../async/serial-loop.ts';
import type { ConnectorTaskId } from '../data/connector-task-id.ts';
import { assertNever } from '../errors/assert-never.ts';
import { ConnectError, messageOf, traceOf } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import type { ConfigStore, ConnectorConfig } from '../storage/config-store.ts';
import type { InstanceStatus } from '../storage/states.ts';
import type { StatusStore } from '../storage/status-store.ts';
import type { Worker } from '../worker/worker.ts';
import type { RunningConnector, RunningTask, WorkStep } from './reconcile.ts';
import { planRestart, toRestarting, type RestartPlan } from './restart-plan.ts';
import { toPluginProcess, type ConnectorProcesses } from './plugin-processes.ts';
import type { RestartScope } from './herder.ts';
import { haveSameConfigs, isSameConfig } from './task-configs.ts';

/** What starts and stops connectors and tasks. */
export type RunsWork = Pick<
  Worker,
  | 'workerId'
  | 'startConnector'
  | 'stopConnector'
  | 'failConnector'
  | 'isConnectorRunning'
  | 'setConnectorTarget'
  | 'planTasks'
  | 'startTask'
  | 'stopTasks'
  | 'setTasksPaused'
  | 'errorCounts'
>;

/** What a connector shares with the others of its worker. */
export interface AssignedConnectorOptions {
  readonly name: string;
  readonly worker: RunsWork;
  readonly configs: ConfigStore;
  readonly statuses: StatusStore;
  /** Has the leader store new task configurations. */
  readonly submitTaskConfigs: (name: string, configs: readonly ConnectorConfig[], signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Backoff between tries to have task configurations stored; Kafka Connect's. */
const submitBackoff = { initialMs: 250, maxMs: 60_000 };

/** Longest wait for states to be written when work is given up. */
const flushTimeoutMs = 3000;

/** Most steps that one connector lets wait (I7). */
const stepsMax = 10_000;

/** One connector's share on this worker. */
export class AssignedConnector {
  readonly #options: AssignedConnectorOptions;
  readonly #instanceLane: SerialLoop;
  readonly #taskLane: SerialLoop;
  readonly #tasks = new Map<number, RunningTask>();
  readonly #writes = new Set<Promise<void>>();
  /** Stops that are under way. */
  readonly #stops = new Set<Promise<void>>();
  #instance: RunningConnector['instance'] = null;
  #planning = new AbortController();
  #isRepublishing = false;
  /** Lane actions that are queued or run. */
  #underWay = 0;
  /** Last status told by the instance, and by tasks that run here. */
  #instanceStatus: InstanceStatus | undefined;
  readonly #taskStatuses = new Map<number, InstanceStatus>();

  constructor(options: AssignedConnectorOptions) {
    this.#options = { ...options, log: options.log.child({ connector: options.name }) };
    this.#instanceLane = new SerialLoop(`connector '${options.name}'`, stepsMax);
    this.#taskLane = new SerialLoop(`tasks of connector '${options.name}'`, stepsMax);
  }

  /** What runs, or was told to. */
  get running(): RunningConnector {
    return { instance: this.#instance, tasks: new Map(this.#tasks) };
  }

  /** Nothing runs, or was told to, and nothing is under way: what starts next may do so in other lanes. */
  get isIdle(): boolean {
    return this.#instance === null && this.#tasks.size === 0 && this.#underWay === 0;
  }

  /** The plugin processes of what runs here. */
  get processes(): ConnectorProcesses {
    const { name, worker } = this.#options;
    const status = this.#instance === null ? undefined : this.#instanceStatus;
    return {
      name,
      instance: status === undefined ? null : toPluginProcess(status),
      tasks: [...this.#taskStatuses].map(([task, taskStatus]) => ({
        task,
        process: toPluginProcess(taskStatus),
        errors: worker.errorCounts({ connector: name, task }),
      })),
    };
  }

  /** The configurations of its tasks are not all there: whoever runs the instance has them written again. */
  republish(): void {
    if (this.#isRepublishing || this.#instance === null) return;
    this.#isRepublishing = true;
    this.#replan();
  }

  /**
   * Takes steps; they are done in the background, and what goes wrong shows in the statuses. Never rejects.
   *
   * @returns resolves when what was to be stopped has stopped, and its statuses are written or that takes too long.
   */
  async apply(steps: readonly WorkStep[]): Promise<void> {
    const stops: Promise<void>[] = [];
    for (const step of steps) {
      const done = this.#apply(step).catch((error: unknown) => this.#report(error));
      if (step.kind === 'stop-instance' || step.kind === 'stop-tasks') stops.push(done);
    }
    if (stops.length === 0) return;
    const stopped = Promise.all(stops)
      .then(() => this.#flush())
      .finally(() => this.#stops.delete(stopped));
    this.#stops.add(stopped);
    await stopped;
  }

  /** Resolves when all that was to be stopped until now has stopped. Never rejects. */
  async stopped(): Promise<void> {
    await Promise.all(this.#stops);
  }

  /** Restarts what of the scope runs here, marking it first; settles when it has (KIP-745). */
  async restart(scope: RestartScope): Promise<void> {
    const { name, statuses } = this.#options;
    const tasks = statuses.taskStatuses(name).filter(({ id }) => this.#tasks.has(id.task));
    const covered = planRestart(scope, { connector: statuses.connectorStatus(name), tasks });
    const plan = { instance: covered.instance && this.#instance !== null, tasks: covered.tasks };
    this.#markRestarting(plan);
    await Promise.all([
      plan.instance ? this.restartInstance() : undefined,
      plan.tasks.length > 0 ? this.#restartTasks(plan.tasks) : undefined,
    ]);
  }

  /** Restarts the instance; settles when it runs or has failed, and new task configurations are on their way. */
  async restartInstance(): Promise<void> {
    await this.#run(this.#instanceLane, () => this.#startInstance());
    await this.#flush();
  }

  /** Restarts one task; settles when it was started again. */
  async restartTask(task: number): Promise<void> {
    await this.#restartTasks([task]);
    await this.#flush();
  }

  async #apply(step: WorkStep): Promise<void> {
    const { name, worker } = this.#options;
    switch (step.kind) {
      case 'stop-instance':
        this.#endPlanning();
        this.#instance = null;
        return this.#run(this.#instanceLane, () => worker.stopConnector(name));
      case 'start-instance':
      case 'restart-instance':
        this.#endPlanning();
        this.#instance = { config: step.config, target: step.target };
        return this.#run(this.#instanceLane, () => this.#startInstance());
      case 'set-target':
        this.#endPlanning();
        if (this.#instance !== null) this.#instance = { ...this.#instance, target: step.target };
        return this.#run(this.#instanceLane, async () => {
          await worker.setConnectorTarget(name, step.target);
          this.#replan();
        });
      case 'stop-tasks':
        for (const task of step.tasks) {
          this.#tasks.delete(task);
          this.#taskStatuses.delete(task);
        }
        return this.#run(this.#taskLane, () =>
          worker.stopTasks(this.#ids(step.tasks), step.isReplaced ? 'CONFIG' : 'STOP'),
        );
      case 'start-tasks': {
        const isPaused = this.#isPaused();
        for (const task of step.tasks) this.#tasks.set(task, { generation: step.generation, isPaused });
        return this.#run(this.#taskLane, () => step.tasks.forEach(task => this.#startTask(task)));
      }
      case 'pause-tasks':
        for (const task of step.tasks) {
          const known = this.#tasks.get(task);
          if (known !== undefined) this.#tasks.set(task, { ...known, isPaused: step.isPaused });
        }
        return this.#run(this.#taskLane, () => worker.setTasksPaused(this.#ids(step.tasks), step.isPaused));
      default:
        assertNever(step);
    }
  }

  /** What was taken away since the restart was asked for is not started again. */
  #restartTasks(tasks: readonly number[]): Promise<void> {
    return this.#run(this.#taskLane, async () => {
      const kept = tasks.filter(task => this.#tasks.has(task));
      await this.#options.worker.stopTasks(this.#ids(kept), 'STOP');
      for (const task of kept) if (this.#tasks.has(task)) this.#startTask(task);
    });
  }

  #markRestarting(plan: RestartPlan): void {
    const { name, statuses } = this.#options;
    const instance = statuses.connectorStatus(name);
    if (plan.instance && instance !== null) this.#write(statuses.putConnectorStatus(name, toRestarting(instance)));
    for (const id of this.#ids(plan.tasks)) {
      const task = statuses.taskStatus(id);
      if (task !== null) this.#write(statuses.putTaskStatus(toRestarting(task)));
    }
  }

  /** In the place of the one that runs, if one does. */
  async #startInstance(): Promise<void> {
    const { name, worker, configs, statuses, log } = this.#options;
    await worker.stopConnector(name);
    const instance = this.#instance;
    if (instance === null) return;
    const onStatus = (status: InstanceStatus): void => {
      this.#instanceStatus = status;
      // As for tasks below.
      if (status.state === 'UNASSIGNED' && configs.snapshot().connectorConfig(name) === null) return;
      this.#write(statuses.putConnectorStatus(name, status));
    };
    const onReplan = (reason: string): void => {
      log.info({ reason }, 'The plugin asks for new task configurations');
      this.#replan();
    };
    try {
      await worker.startConnector({ name, config: instance.config, target: instance.target }, { onStatus, onReplan });
    } catch (error) {
      log.error({ err: error }, 'Connector cannot be started');
      onStatus(failed(worker.workerId, error));
    }
    this.#replan();
  }

  #startTask(task: number): void {
    const { name, worker, configs, statuses, log } = this.#options;
    const id = { connector: name, task };
    const config = configs.snapshot();
    // The configuration that the task was planned from; a newer one comes with new tasks.
    const connectorConfig = config.appliedConnectorConfig(name) ?? config.connectorConfig(name);
    const taskConfig = config.taskConfig(id);
    // A set of tasks that was replaced meanwhile starts with the next assignment.
    const isReplaced = config.taskConfigGeneration(name) !== this.#tasks.get(task)?.generation;
    if (connectorConfig === null || taskConfig === null || isReplaced) return;
    const onStatus = (status: InstanceStatus): void => {
      this.#taskStatuses.set(task, status);
      // The leader has forgotten the state of a task that is configured no more; this would bring it back.
      if (status.state === 'UNASSIGNED' && configs.snapshot().taskConfig(id) === null) return;
      this.#write(statuses.putTaskStatus({ ...status, id }));
    };
    try {
      worker.startTask({ id, connectorConfig, taskConfig, isPaused: this.#isPaused() }, onStatus);
    } catch (error) {
      log.error({ err: error, task }, 'Task cannot be started');
      onStatus(failed(worker.workerId, error));
    }
  }

  /** Asks the plugin for task configurations and has them stored if they are new, until that is done or no longer wanted. */
  #replan(): void {
    this.#endPlanning();
    this.#planning = new AbortController();
    void this.#planUntilStored(this.#planning.signal);
  }

  #endPlanning(): void {
    this.#planning.abort(new Error('The connector changed'));
  }

  async #planUntilStored(signal: AbortSignal): Promise<void> {
    const { name, submitTaskConfigs, clock, log } = this.#options;
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        const planned = await this.#plan(signal);
        if (planned !== null) await submitTaskConfigs(name, planned, signal);
        this.#isRepublishing = false;
        return;
      } catch (error) {
        if (hasAborted(signal)) return;
        const delayMs = backoffMs(submitBackoff, attempt);
        log.warn({ cause: messageOf(error), delayMs }, 'Task configurations could not be stored; will try again');
        await clock.sleep(delayMs, signal).catch(() => undefined); // the loop sees that it is over
      }
    }
  }

  /** New task configurations, or null if there are none to store. In no lane: an instance that is stopped ends the call. */
  async #plan(signal: AbortSignal): Promise<readonly ConnectorConfig[] | null> {
    const { name, worker, configs, log } = this.#options;
    const instance = this.#instance;
    if (instance?.target !== 'STARTED' || !worker.isConnectorRunning(name)) return null;
    let planned: readonly ConnectorConfig[];
    try {
      planned = await worker.planTasks(name, instance.config);
    } catch (error) {
      if (hasAborted(signal)) return null;
      log.error({ err: error }, 'No task configurations could be had; the connector fails');
      await worker.failConnector(name, error);
      return null;
    }
    const config = configs.snapshot();
    const applied = config.appliedConnectorConfig(name);
    // Converters, transforms and overrides are the framework's, not in the plan: a change of them restarts the tasks too.
    const isSameConnector = applied !== null && isSameConfig(applied, instance.config);
    return isSameConnector && haveSameConfigs(planned, config.taskConfigs(name)) ? null : planned;
  }

  #isPaused(): boolean {
    return this.#options.configs.targetState(this.#options.name) === 'PAUSED';
  }

  #ids(tasks: readonly number[]): readonly ConnectorTaskId[] {
    return tasks.map(task => ({ connector: this.#options.name, task }));
  }

  async #run(lane: SerialLoop, action: () => Promise<void> | void): Promise<void> {
    this.#underWay += 1;
    try {
      await lane.run(action);
    } finally {
      this.#underWay -= 1;
    }
  }

  /** A status that nobody waits for but a stop. */
  #write(work: Promise<void>): void {
    const done = work.catch((error: unknown) => this.#report(error)).finally(() => this.#writes.delete(done));
    this.#writes.add(done);
  }

  /** Waits until the statuses so far are written, but not for a broker that is away: work has to be given up without it too. */
  async #flush(): Promise<void> {
    const onTimeout = (): Error =>
      new ConnectError('DEADLINE_EXCEEDED', `States were not written within ${flushTimeoutMs} ms; they may be yet`);
    const written = Promise.allSettled(this.#writes);
    await withDeadline(this.#options.clock, { timeoutMs: flushTimeoutMs, onTimeout }, written).catch(
      (error: unknown) => {
        this.#report(error);
      },
    );
  }

  #report(error: unknown): void {
    this.#options.log.error({ err: error }, `A change of the connector failed: ${messageOf(error)}`);
  }
}

function failed(workerId: string, error: unknown): InstanceStatus {
  return { state: 'FAILED', workerId, trace: traceOf(error), version: '', lastExit: null, restarts: 0, pid: null };
}

/** The signal may abort during any wait, which the type checker does not see. */
function hasAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
