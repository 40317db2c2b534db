/** Composition root of standalone mode: everything is constructed here, started in one order and stopped in its reverse. */
import { AdminServer } from '../admin/admin-server.ts';
import { advertisedGrpcAddress } from '../config/advertised-address.ts';
import { readConnectorFile } from '../config/connector-file.ts';
import { parseStandaloneConfig } from '../config/worker-config.ts';
import type { CreateConnector } from '../herder/herder.ts';
import { StandaloneHerder } from '../herder/standalone-herder.ts';
import type { LogLevel } from '../logging/log-levels.ts';
import { FileOffsetStore } from '../storage/file-offset-store.ts';
import { MemoryConfigStore } from '../storage/memory-config-store.ts';
import { MemoryStatusStore } from '../storage/memory-status-store.ts';
import { watchClusterId } from './cluster-id.ts';
import { readWorkerParts } from './read-worker-parts.ts';
import { createWorker, type RunningWorker, type Stops, type WorkerParts } from './worker-parts.ts';

/** What to run. */
export interface StandaloneOptions {
  readonly workerFile: string;
  readonly connectorFiles: readonly string[];
  readonly logLevel: LogLevel;
  /** Ends waits of the start. */
  readonly signal: AbortSignal;
}

/**
 * Starts a worker with the given files and creates their connectors.
 *
 * @throws {ConnectError} what is wrong with a file, the offsets file, a listener or a connector; nothing runs then.
 */
export async function runStandalone(options: StandaloneOptions): Promise<RunningWorker> {
  const parts = await readWorkerParts({ ...options, parse: parseStandaloneConfig });
  const { workerId, clock, log, loggers, config, version } = parts;
  const stops: Stops = [];
  const close = async (): Promise<void> => {
    for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) await stop();
  };
  try {
    let bound: readonly string[] = [];
    const grpcAddress = (): string => (bound.length === 0 ? '' : advertisedGrpcAddress(config, bound));
    const { herder, offsets } = createHerder(parts, { stops, grpcAddress });
    const admin = new AdminServer({
      herder,
      clock,
      log: loggers.get('millrace.admin'),
      addresses: config.list('grpc.listeners'),
    });
    bound = await admin.start();
    stops.push(() => admin.close());
    await offsets.load();
    stops.push(() => herder.close());
    stops.push(() => admin.drain());
    await herder.start(readConnectors(options.connectorFiles), options.signal);
    log.info({ workerId, version }, 'Worker is ready');
  } catch (error) {
    await close();
    throw error;
  }
  return { close, failed: new Promise(() => undefined) };
}

/** Nothing runs yet; the offsets are to be loaded first. */
function createHerder(
  parts: WorkerParts,
  { stops, grpcAddress }: { readonly stops: Stops; readonly grpcAddress: () => string },
): { readonly herder: StandaloneHerder; readonly offsets: FileOffsetStore } {
  const { clock, log, loggers, config, version } = parts;
  const offsets = new FileOffsetStore({ path: config.string('offset.storage.file.filename'), clock, log });
  stops.push(() => offsets.close());
  const statuses = new MemoryStatusStore();
  const { topics, worker, validation, operations, tracking } = createWorker(parts, { offsets, statuses, stops });
  const herder = new StandaloneHerder({
    worker,
    configs: new MemoryConfigStore(),
    statuses,
    validation,
    offsets: operations,
    tracking,
    version,
    kafkaClusterId: watchClusterId({ ...parts, topics, bootstrapServers: config.list('bootstrap.servers') }),
    grpcAddress,
    loggers,
    clock,
    log: loggers.get('millrace.herder'),
  });
  return { herder, offsets };
}

/** As `connect-standalone`: a file that cannot be read, or a connector that cannot be created, ends the worker. */
async function* readConnectors(paths: readonly string[]): AsyncGenerator<CreateConnector> {
  for (const path of paths) {
    const { name, config, initialState } = await readConnectorFile(path);
    yield { name, config, initialState: initialState === 'RUNNING' ? 'STARTED' : initialState };
  }
}
