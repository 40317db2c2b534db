import type { TestContext } from 'node:test';
import { testBootstrap } from './broker.ts';
import { ClusterWorker } from './cluster-worker.ts';
import { showWorkersIfFailed } from './failure-log.ts';
import { uniqueName } from './fill-topic.ts';
import { until, untilTrue } from './standalone-fixture.ts';
import { findWorkerPort } from './worker-port.ts';
import { TestFolder, type ConnectorStatusMessage, type Settings } from './worker-process.ts';

/** A group of its own, with internal topics of its own, and the workers in it. Everything ends with it. */
export class ClusterFixture {
  readonly folder: TestFolder;
  /** Group id, and beginning of the internal topics' names. */
  readonly name = uniqueName('cluster');
  readonly #bootstrap: string;
  readonly #workers: ClusterWorker[] = [];
  readonly #files = new Map<string, string>();

  private constructor(folder: TestFolder, bootstrap: string) {
    this.folder = folder;
    this.#bootstrap = bootstrap;
  }

  /** For a whole file: to be closed by its `after`. */
  static async create(bootstrap: string = testBootstrap()): Promise<ClusterFixture> {
    return new ClusterFixture(await TestFolder.create(), bootstrap);
  }

  /** For one test: closed when it has ended; if it failed, the workers' last log lines are shown. */
  static async open(t: Pick<TestContext, 'after'>, bootstrap?: string): Promise<ClusterFixture> {
    const fixture = await ClusterFixture.create(bootstrap);
    t.after(() => {
      showWorkersIfFailed(t, fixture.#workers);
      return fixture.close();
    });
    return fixture;
  }

  /** Starts a worker; resolves when it is a member of the group. */
  async start(settings: Settings = {}): Promise<ClusterWorker> {
    const port = await findWorkerPort();
    const file = await this.folder.properties(`worker-${port}.properties`, { ...this.#settings(port), ...settings });
    const workerId = `127.0.0.1:${port}`;
    this.#files.set(workerId, file);
    return this.startAgain({ workerId });
  }

  /** Starts a worker that was started before and has ended, with the same addresses and settings. */
  async startAgain({ workerId }: Pick<ClusterWorker, 'workerId'>): Promise<ClusterWorker> {
    const file = this.#files.get(workerId);
    if (file === undefined) throw new Error(`No worker ${workerId} was started here`);
    const worker = ClusterWorker.spawn(workerId, file);
    this.#workers.push(worker);
    await worker.whenReady();
    return worker;
  }

  /** Starts as many workers at once. */
  startAll(count: number, settings: Settings = {}): Promise<readonly ClusterWorker[]> {
    return Promise.all(Array.from({ length: count }, () => this.start(settings)));
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map(worker => worker.stop()));
    await this.folder.remove();
  }

  /** What the workers have in common; keys of Kafka Connect. */
  get sharedSettings(): Settings {
    return {
      'bootstrap.servers': this.#bootstrap,
      'group.id': this.name,
      'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
      'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
      'config.storage.topic': `${this.name}-configs`,
      'offset.storage.topic': `${this.name}-offsets`,
      'status.storage.topic': `${this.name}-statuses`,
      'config.storage.replication.factor': '1',
      'offset.storage.replication.factor': '1',
      'status.storage.replication.factor': '1',
      'offset.storage.partitions': '2',
      'status.storage.partitions': '1',
      'offset.flush.interval.ms': '200',
      'session.timeout.ms': '6000',
      'heartbeat.interval.ms': '500',
    };
  }

  #settings(port: number): Settings {
    return {
      ...this.sharedSettings,
      'plugin.restart.backoff.ms': '50',
      listeners: `http://127.0.0.1:${port}`,
      'grpc.listeners': `http://127.0.0.1:${port + 1000}`,
    };
  }
}

/** Workers that run a connector's tasks, by task number. */
export function workersOf(status: ConnectorStatusMessage): readonly string[] {
  return status.tasks.map(task => task.worker_id ?? '');
}

/** Waits until one of the workers' logs says that it leads, in its last assignment. @returns that one first, then the others. */
export function awaitLeader(
  workers: readonly ClusterWorker[],
): Promise<{ readonly leader: ClusterWorker; readonly followers: readonly ClusterWorker[] }> {
  return until('a leader', async () => {
    const [leader, ...more] = workers.filter(isLeader);
    if (leader === undefined || more.length > 0) return undefined;
    return { leader, followers: workers.filter(worker => worker !== leader) };
  });
}

/** Waits until the workers were all assigned their work in one round. */
export async function awaitOneRound(workers: readonly ClusterWorker[]): Promise<void> {
  await untilTrue('one round of all workers', () => {
    const rounds = new Set(workers.map(worker => /"generation":(\d+)/.exec(lastAssignment(worker))?.[1]));
    return rounds.size === 1 && !rounds.has(undefined);
  });
}

function isLeader(worker: ClusterWorker): boolean {
  return lastAssignment(worker).includes('"isLeader":true');
}

/** A line of the worker's log; empty if it had no work assigned yet. */
function lastAssignment(worker: ClusterWorker): string {
  return worker.lines.findLast(line => line.includes('"Work is assigned"')) ?? '';
}
