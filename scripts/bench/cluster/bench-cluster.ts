import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../../src/async/clock.ts';
import { findFreePort } from '../../../src/cli/broker/free-port.ts';
import { packageRoot } from '../../../src/config/package-root.ts';
import { pollUntil } from '../../poll-until.ts';
import { readProcessTree } from '../../process-tree.ts';
import { WorkerProcess } from '../../worker-process.ts';
import { connectCommand, millraceCommand } from '../contenders.ts';
import { renderProperties } from '../bench-files.ts';
import type { KafkaConnectRuntime } from '../bench-context.ts';
import { KafkaConnectAdmin, MillraceAdmin, type ClusterAdmin } from './cluster-admin.ts';

/** A program whose workers make clusters, all started with the same files. */
export interface ClusterContender {
  readonly name: string;
  /** Worker settings of its own, beside those that all have (of which Kafka Connect does not know `grpc.listeners`). */
  readonly settings: Readonly<Record<string, string>>;
  /** Program and arguments that run a worker. */
  command(file: string, log: string): readonly [program: string, ...args: string[]];
  admin(addresses: { readonly rest: string; readonly grpc: string }): ClusterAdmin;
}

/** A worker that is ready. */
export interface BenchWorker {
  readonly workerId: string;
  /** From the start of its process until it said that it is ready. */
  readonly startMs: number;
  readonly admin: ClusterAdmin;
  readonly process: WorkerProcess;
}

const startTimeoutMs = 120_000;

/** Workers of one contender, in a group of their own. */
export class BenchCluster {
  readonly #clock: Clock;
  readonly #contender: ClusterContender;
  readonly #options: { readonly name: string; readonly folder: string; readonly bootstrapServers: string };
  #workers: readonly BenchWorker[] = [];

  constructor(
    clock: Clock,
    contender: ClusterContender,
    options: { readonly name: string; readonly folder: string; readonly bootstrapServers: string },
  ) {
    this.#clock = clock;
    this.#contender = contender;
    this.#options = options;
  }

  /** Workers that run, in the order of their starts. */
  get workers(): readonly BenchWorker[] {
    return this.#workers;
  }

  /** Starts a worker; resolves when it is ready. @throws {Error} with the end of its log when it is not within two minutes. */
  async start(): Promise<BenchWorker> {
    const { folder, name } = this.#options;
    const port = await findFreePort();
    const addresses = { rest: `127.0.0.1:${port}`, grpc: `127.0.0.1:${port + 1000}` };
    const logFile = join(folder, `worker-${port}.log`);
    await mkdir(folder, { recursive: true });
    const file = join(folder, `worker-${port}.properties`);
    await writeFile(file, renderProperties(new Map(Object.entries(this.#settings(port)))));
    const [program, ...args] = this.#contender.command(file, logFile);
    const startedMs = this.#clock.monotonicMs();
    const process = new WorkerProcess(this.#clock, { name: `a worker of ${name}`, program, args, logFile });
    const admin = this.#contender.admin(addresses);
    try {
      const wait = { what: `${this.#contender.name} is ready`, timeoutMs: startTimeoutMs, intervalMs: 10 };
      await pollUntil(this.#clock, wait, async () => {
        process.assertRunning();
        return (await admin.isReady()) ? true : undefined;
      });
    } catch (error) {
      admin.close();
      const explained = await process.explain(error);
      await process.kill();
      throw explained;
    }
    const startMs = this.#clock.monotonicMs() - startedMs;
    const worker: BenchWorker = { workerId: addresses.rest, startMs, admin, process };
    this.#workers = [...this.#workers, worker];
    return worker;
  }

  /** `kill -9`; resolves when the process has ended. */
  async kill(worker: BenchWorker): Promise<void> {
    this.#workers = this.#workers.filter(other => other !== worker);
    worker.admin.close();
    await worker.process.kill();
  }

  /** Ends all workers in order. */
  async stop(): Promise<void> {
    const workers = this.#workers;
    this.#workers = [];
    await Promise.all(
      workers.map(async worker => {
        worker.admin.close();
        await worker.process.stop();
      }),
    );
  }

  #settings(port: number): Readonly<Record<string, string>> {
    const { name, bootstrapServers } = this.#options;
    const converter = 'org.apache.kafka.connect.storage.StringConverter';
    return {
      'bootstrap.servers': bootstrapServers,
      'group.id': name,
      'config.storage.topic': `${name}-configs`,
      'offset.storage.topic': `${name}-offsets`,
      'status.storage.topic': `${name}-statuses`,
      'config.storage.replication.factor': '1',
      'offset.storage.replication.factor': '1',
      'status.storage.replication.factor': '1',
      'key.converter': converter,
      'value.converter': converter,
      listeners: `http://127.0.0.1:${port}`,
      'grpc.listeners': `http://127.0.0.1:${port + 1000}`,
      ...this.#contender.settings,
    };
  }
}

/** Memory that a worker and its plugin processes hold now, MiB; pages that processes share are counted for each. */
export async function readResidentMib(worker: BenchWorker): Promise<number> {
  const entries = await readProcessTree(worker.process.pid);
  return entries.reduce((sum, { residentKib }) => sum + residentKib, 0) / 1024;
}

/** `millrace distributed`, as built. */
export const millraceCluster: ClusterContender = {
  name: 'Millrace',
  settings: { 'plugin.path': join(packageRoot(), 'dist', 'plugins', 'typescript') },
  command: file => millraceCommand('distributed', file),
  admin: ({ grpc }) => new MillraceAdmin(grpc),
};

/**
 * Kafka Connect distributed.
 *
 * @param delayMs `scheduled.rebalance.max.delay.ms`, for which it leaves the tasks of a lost worker lie.
 */
export function createConnectCluster(clock: Clock, runtime: KafkaConnectRuntime, delayMs: number): ClusterContender {
  return {
    name: 'Kafka Connect',
    settings: { 'scheduled.rebalance.max.delay.ms': String(delayMs) },
    command: (file, log) => connectCommand(runtime, { mode: 'ConnectDistributed', log, args: [file] }),
    admin: ({ rest }) => new KafkaConnectAdmin(rest, clock),
  };
}
