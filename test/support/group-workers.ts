import assert from 'node:assert/strict';
import { SystemClock, type Clock } from '../../src/async/clock.ts';
import { nameOfTask } from '../../src/data/connector-task-id.ts';
import { openConnectMember } from '../../src/group/connect-member.ts';
import type { ConnectorsAndTasks } from '../../src/group/connectors-and-tasks.ts';
import type { ConnectProtocolSetting } from '../../src/group/protocol-offer.ts';
import { WorkerCoordinator } from '../../src/group/worker-coordinator.ts';
import type { GroupAssignment, RevocationReason } from '../../src/group/worker-group.ts';
import type { GroupMember } from '../../src/kafka/group-member.ts';
import { readKafkaClientConfig } from '../../src/kafka/kafka-client-config.ts';
import { KafkaConfigReader } from '../../src/kafka/kafka-config-reader.ts';
import { createSilentLogger, type Logger } from '../../src/logging/logger.ts';
import type { ConfigReader, ConfigTopic } from './config-topic.ts';

/** How the workers of a test are set up; times are milliseconds. */
export interface GroupWorkersOptions {
  readonly groupId: string;
  readonly configs: ConfigTopic;
  readonly sessionTimeoutMs?: number;
  readonly heartbeatIntervalMs?: number;
  readonly rebalanceTimeoutMs?: number;
  readonly maxDelayMs?: number;
  readonly log?: Logger;
}

/** One worker of a test: a coordinator whose work only has names. */
export class GroupWorker {
  readonly name: string;
  readonly coordinator: WorkerCoordinator;
  readonly configs: ConfigReader;
  /** What it runs: `c`, `c-0`. */
  readonly running = new Set<string>();
  /** What happened to it, in order: `+c-0`, `-c-0 rebalance`. */
  readonly history: string[] = [];
  readonly assignments: GroupAssignment[] = [];
  error: Error | null = null;

  constructor(name: string, coordinator: WorkerCoordinator, configs: ConfigReader) {
    this.name = name;
    this.coordinator = coordinator;
    this.configs = configs;
  }
}

/** Workers of one group in this process, that check with each other that nothing runs twice (I3). */
export class GroupWorkers {
  readonly workers: GroupWorker[] = [];
  readonly #options: GroupWorkersOptions;
  readonly #clock: Clock = new SystemClock();
  readonly #conflicts: string[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(options: GroupWorkersOptions) {
    this.#options = options;
  }

  start(
    name: string,
    options: { readonly bootstrap: string; readonly url?: string; readonly protocol?: ConnectProtocolSetting },
  ): GroupWorker {
    const {
      configs: topic,
      maxDelayMs = 300_000,
      rebalanceTimeoutMs = 20_000,
      log = createSilentLogger(),
    } = this.#options;
    const configs: ConfigReader = topic.openReader({
      onChange: () => worker.coordinator.requestRejoin('The configuration has changed'),
    });
    const coordinator = new WorkerCoordinator({
      openMember: () => this.#openMember(name, options.bootstrap, log),
      url: options.url ?? `http://${name}:8083/`,
      connectProtocol: options.protocol ?? 'sessioned',
      configs,
      maxDelayMs,
      strictKafkaDelay: false,
      rebalanceTimeoutMs,
      workerSyncTimeoutMs: 3000,
      workerUnsyncBackoffMs: 1000,
      clock: this.#clock,
      log: log.child({ worker: name }),
    });
    const worker = new GroupWorker(name, coordinator, configs);
    this.workers.push(worker);
    coordinator.start({
      rebalancing: () => undefined,
      revoked: async (work, reason) => this.#onRevoked(worker, work, reason),
      assigned: async assignment => this.#onAssigned(worker, assignment),
      failed: error => {
        worker.error = error;
        this.#wake();
      },
    });
    return worker;
  }

  /** Resolves when `isTrue`, looked at whenever something happened to a worker. */
  async until(what: string, isTrue: () => boolean, timeoutMs = 30_000): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const check = (): void => {
        if (!isTrue()) return;
        this.#waiting.delete(check);
        timer.cancel();
        resolve();
      };
      const timer = this.#clock.after(timeoutMs, () => {
        this.#waiting.delete(check);
        reject(new Error(`Not within ${timeoutMs} ms: ${what}; ${this.describe()}`));
      });
      this.#waiting.add(check);
      check();
    });
    this.checkNoConflict();
  }

  /** Resolves when everything configured runs once on these workers, evenly, after a round of the same generation for all. */
  async untilBalanced(workers: readonly GroupWorker[] = this.workers): Promise<void> {
    await this.until('everything runs evenly', () => this.isBalanced(workers));
  }

  isBalanced(workers: readonly GroupWorker[]): boolean {
    const { configs } = this.#options;
    const expected = [...configs.stateAt(configs.configOffset).taskCounts].flatMap(([connector, tasks]) => [
      connector,
      ...Array.from({ length: tasks }, (_, task) => `${connector}-${task}`),
    ]);
    const running = workers.flatMap(worker => [...worker.running]);
    const generations = new Set(workers.map(({ coordinator }) => coordinator.generation));
    const counts = (isTask: boolean): readonly number[] =>
      workers.map(worker => [...worker.running].filter(name => name.includes('-') === isTask).length);
    return (
      generations.size === 1 &&
      running.toSorted().join() === expected.toSorted().join() &&
      [counts(true), counts(false)].every(each => Math.max(...each) - Math.min(...each) <= 1)
    );
  }

  /** @throws {Error} when something ran on two workers at once. */
  checkNoConflict(): void {
    assert.deepEqual(this.#conflicts, []);
  }

  async stop(): Promise<void> {
    await Promise.all(this.workers.map(({ coordinator }) => coordinator.leave()));
  }

  describe(): string {
    return this.workers
      .map(
        ({ name, running, coordinator, error }) =>
          `${name} gen ${coordinator.generation} ${[...running].join(',')} ${String(error)}`,
      )
      .join(' | ');
  }

  #openMember(name: string, bootstrap: string, log: Logger): GroupMember {
    const { groupId, sessionTimeoutMs = 6000, heartbeatIntervalMs = 300, rebalanceTimeoutMs = 20_000 } = this.#options;
    const reader = new KafkaConfigReader(new Map([['bootstrap.servers', bootstrap]]));
    const client = readKafkaClientConfig(reader, { defaultClientId: name });
    return openConnectMember({
      client,
      groupId,
      sessionTimeoutMs,
      heartbeatIntervalMs,
      rebalanceTimeoutMs,
      clock: this.#clock,
      log,
    });
  }

  #onRevoked(worker: GroupWorker, work: ConnectorsAndTasks, reason: RevocationReason): void {
    for (const name of namesOf(work)) {
      worker.running.delete(name);
      worker.history.push(`-${name} ${reason}`);
    }
    this.#wake();
  }

  #onAssigned(worker: GroupWorker, assignment: GroupAssignment): void {
    worker.assignments.push(assignment);
    for (const name of namesOf(assignment.added)) {
      const other = this.workers.find(each => each.running.has(name));
      if (other !== undefined) this.#conflicts.push(`${name} started on ${worker.name} while on ${other.name}`);
      worker.running.add(name);
      worker.history.push(`+${name}`);
    }
    assert.deepEqual([...worker.running].toSorted(), namesOf(assignment.work).toSorted());
    this.#wake();
  }

  #wake(): void {
    for (const check of this.#waiting) check();
  }
}

function namesOf({ connectors, tasks }: ConnectorsAndTasks): readonly string[] {
  return [...connectors, ...tasks.map(nameOfTask)];
}
