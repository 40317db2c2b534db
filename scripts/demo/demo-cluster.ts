import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import type { Clock } from '../../src/async/clock.ts';
import { findFreePort } from '../../src/cli/broker/free-port.ts';
import { packageRoot } from '../../src/config/package-root.ts';
import { ClusterWorker } from '../../test/support/cluster-worker.ts';

/** Time after which the group gives up a worker that is silent; the least that Kafka's brokers allow unless told otherwise. */
export const sessionTimeoutMs = 6000;

/** A worker of the demo. */
export interface DemoWorker {
  /** Such as `worker-1`. */
  readonly name: string;
  /** `host:port` of its gRPC admin API. */
  readonly address: string;
  readonly startMs: number;
  readonly process: ClusterWorker;
}

const converter = 'org.apache.kafka.connect.storage.StringConverter';

/** Starts the workers all at once; resolves when each is ready. They die with this process. @throws what one of them ended with. */
export async function startWorkers(
  clock: Clock,
  options: {
    readonly count: number;
    readonly folder: string;
    readonly bootstrapServers: string;
    readonly name: string;
  },
): Promise<readonly DemoWorker[]> {
  const started: ClusterWorker[] = [];
  const startWorker = async (_: unknown, index: number): Promise<DemoWorker> => {
    const name = `worker-${index + 1}`;
    const port = await findFreePort();
    const file = join(options.folder, `${name}.properties`);
    const entries = Object.entries(workerSettings(port, options));
    await writeFile(file, entries.map(([key, value]) => `${key}=${value}\n`).join(''));
    const startedMs = clock.monotonicMs();
    const process = ClusterWorker.spawn(`127.0.0.1:${port}`, file);
    started.push(process);
    await process.whenReady();
    return { name, address: `127.0.0.1:${port + 1000}`, startMs: clock.monotonicMs() - startedMs, process };
  };
  try {
    return await Promise.all(Array.from({ length: options.count }, startWorker));
  } catch (error) {
    await Promise.all(started.map(process => process.stop()));
    throw error;
  }
}

function workerSettings(
  port: number,
  { bootstrapServers, name }: { readonly bootstrapServers: string; readonly name: string },
): Readonly<Record<string, string>> {
  return {
    'bootstrap.servers': bootstrapServers,
    'group.id': `${name}-workers`,
    'config.storage.topic': `${name}-configs`,
    'offset.storage.topic': `${name}-offsets`,
    'status.storage.topic': `${name}-statuses`,
    'config.storage.replication.factor': '1',
    'offset.storage.replication.factor': '1',
    'status.storage.replication.factor': '1',
    'offset.storage.partitions': '1',
    'status.storage.partitions': '1',
    'key.converter': converter,
    'value.converter': converter,
    'session.timeout.ms': String(sessionTimeoutMs),
    'heartbeat.interval.ms': '1000',
    // What was done in the last second before a kill is done again.
    'offset.flush.interval.ms': '1000',
    listeners: `http://127.0.0.1:${port}`,
    'grpc.listeners': `http://127.0.0.1:${port + 1000}`,
    'plugin.path': join(packageRoot(), 'dist', 'plugins', 'typescript'),
  };
}
