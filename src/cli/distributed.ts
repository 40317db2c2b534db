/** Composition root of distributed mode: everything is constructed here, started in one order and stopped in its reverse. */
import { AdminServer } from '../admin/admin-server.ts';
import { ForwardingClient } from '../admin/forwarding-client.ts';
import { createDeferred } from '../async/deferred.ts';
import {
  advertisedAddress,
  advertisedGrpcAddress,
  grpcAddressOf,
  isLoopback,
  requireReachableGrpc,
  toAdvertisedUrl,
} from '../config/advertised-address.ts';
import { workerClientConfig } from '../config/client-configs.ts';
import type { ConfigMap, ParsedConfig } from '../config/parsed-config.ts';
import { parseDistributedConfig } from '../config/worker-config.ts';
import { openConnectMember } from '../group/connect-member.ts';
import { MembershipLease } from '../group/membership-lease.ts';
import { WorkerCoordinator } from '../group/worker-coordinator.ts';
import type { LeaveOptions } from '../group/worker-group.ts';
import type { WorkerPeer } from '../group/worker-peer.ts';
import { ConfigSnapshots } from '../herder/config-snapshots.ts';
import { DistributedHerder } from '../herder/distributed-herder.ts';
import { RequestGuard } from '../herder/request-guard.ts';
import type { SessionKeyRules } from '../herder/request-signature.ts';
import { readKafkaClientConfig } from '../kafka/kafka-client-config.ts';
import { KafkaConfigReader } from '../kafka/kafka-config-reader.ts';
import type { LogLevel } from '../logging/log-levels.ts';
import type { ConfigStore } from '../storage/config-store.ts';
import type { OffsetStore } from '../storage/offset-store.ts';
import { watchClusterId } from './cluster-id.ts';
import { createClusterStores } from './cluster-stores.ts';
import { readWorkerParts } from './read-worker-parts.ts';
import { createWorker, openTopicAdmin, type RunningWorker, type Stops, type WorkerParts } from './worker-parts.ts';

/** What to run. */
export interface DistributedOptions {
  readonly workerFile: string;
  readonly logLevel: LogLevel;
  /** Ends waits of the start. */
  readonly signal: AbortSignal;
}

/**
 * Starts a worker; resolves when it is a member of its group.
 *
 * @throws {ConnectError} what is wrong with the file, an internal topic or a listener; nothing runs then.
 */
export async function runDistributed(options: DistributedOptions): Promise<RunningWorker> {
  const parts = await readWorkerParts({ ...options, parse: parseReachableConfig });
  const { workerId, clock, log, loggers, config, version } = parts;
  const failed = createDeferred<Error>();
  const stops: Stops = [];
  let leave: LeaveOptions = {};
  const close = async (options: LeaveOptions = {}): Promise<void> => {
    leave = options;
    for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) await stop();
  };
  try {
    let bound: readonly string[] = [];
    const peer = (): WorkerPeer => ({ grpcAddress: advertisedGrpcAddress(config, bound), version });
    const onFailed = (error: Error): void => failed.resolve(error);
    const { herder, guard, offsets } = createHerder(parts, { stops, peer, onFailed });
    // Others hand requests on to this worker as soon as it leads.
    const internal = { target: herder, guard };
    const admin = new AdminServer({
      herder,
      internal,
      clock,
      log: loggers.get('millrace.admin'),
      addresses: config.list('grpc.listeners'),
    });
    bound = await admin.start();
    stops.push(() => admin.close());
    warnIfUnreachable(parts, peer());
    await offsets.load(options.signal);
    stops.push(() => herder.close(leave));
    stops.push(() => admin.drain());
    await herder.start(options.signal);
    log.info({ workerId, version }, 'Worker is ready');
  } catch (error) {
    await close();
    throw error;
  }
  return { close, failed: failed.promise };
}

/** @throws {ConfigError} also for a gRPC listener that other workers cannot reach. */
function parseReachableConfig(props: ConfigMap): ParsedConfig {
  const config = parseDistributedConfig(props);
  requireReachableGrpc(config);
  return config;
}

/** Nothing runs yet; the offsets are to be loaded first. */
function createHerder(
  parts: WorkerParts,
  options: {
    readonly stops: Stops;
    /** What other workers are told of this one; not asked before it listens. */
    readonly peer: () => WorkerPeer;
    readonly onFailed: (error: Error) => void;
  },
): { readonly herder: DistributedHerder; readonly guard: RequestGuard; readonly offsets: OffsetStore } {
  const { clock, loggers, config, version } = parts;
  const { stops, peer, onFailed } = options;
  const topics = openTopicAdmin(parts, stops);
  let generation = (): number => -1;
  const lease = new MembershipLease({ clock, sessionTimeoutMs: config.int('session.timeout.ms') });
  const stores = { topics, generation: () => generation(), fence: lease };
  const { offsets, configs, statuses } = createClusterStores(parts, stores);
  stops.push(() => offsets.close());
  const { worker, validation, operations, tracking } = createWorker(parts, {
    offsets,
    statuses,
    stops,
    topics,
    fence: lease,
  });
  const group = createGroup(parts, { configs, lease, peer });
  generation = () => group.generation;
  const guard = new RequestGuard({
    configs,
    algorithm: config.string('inter.worker.signature.algorithm'),
    accepted: config.list('inter.worker.verification.algorithms'),
    isNeeded: () => (group.assignment?.protocolVersion ?? 2) >= 2,
  });
  const forwarding = new ForwardingClient(guard);
  stops.push(() => forwarding.close());
  const herder = new DistributedHerder({
    worker,
    configs,
    statuses,
    group,
    groupId: config.string('group.id'),
    forwarding,
    grpcAddressOf,
    validation,
    offsets: operations,
    tracking,
    sessionKeys: readSessionKeyRules(config),
    version,
    kafkaClusterId: watchClusterId({ ...parts, topics, bootstrapServers: config.list('bootstrap.servers') }),
    onFailed,
    loggers,
    clock,
    log: loggers.get('millrace.herder'),
  });
  return { herder, guard, offsets };
}

/** Workers on one machine may listen for themselves alone; on several they do not find each other then. */
function warnIfUnreachable({ workerId, log }: WorkerParts, { grpcAddress }: WorkerPeer): void {
  if (!isLoopback(grpcAddress) || isLoopback(workerId)) return;
  log.warn(
    { key: 'grpc.listeners', grpcAddress },
    'Workers on other machines cannot hand requests on to this one: it listens for gRPC on this machine alone',
  );
}

function createGroup(
  { workerId, config, clock, loggers }: WorkerParts,
  {
    configs,
    lease,
    peer,
  }: { readonly configs: ConfigStore; readonly lease: MembershipLease; readonly peer: () => WorkerPeer },
): WorkerCoordinator {
  const clientId = config.string('client.id');
  const settings = new Map(workerClientConfig(config));
  settings.set('client.id', clientId === '' ? `connect-${workerId}` : clientId);
  const reader = new KafkaConfigReader(settings);
  const client = readKafkaClientConfig(reader, {
    defaultClientId: `connect-${workerId}`,
    defaultRequestTimeoutMs: 40_000,
  });
  reader.throwIfInvalid('group member');
  const rebalanceTimeoutMs = config.int('rebalance.timeout.ms');
  const member = {
    client,
    groupId: config.string('group.id'),
    sessionTimeoutMs: config.int('session.timeout.ms'),
    rebalanceTimeoutMs,
    heartbeatIntervalMs: config.int('heartbeat.interval.ms'),
    watch: lease,
    clock,
    log: loggers.get('millrace.kafka'),
  };
  return new WorkerCoordinator({
    openMember: () => openConnectMember(member),
    url: toAdvertisedUrl(advertisedAddress(config)),
    peer,
    connectProtocol: readConnectProtocol(config),
    configs: new ConfigSnapshots({ configs, clock }),
    maxDelayMs: config.int('scheduled.rebalance.max.delay.ms'),
    strictKafkaDelay: false,
    rebalanceTimeoutMs,
    workerSyncTimeoutMs: config.int('worker.sync.timeout.ms'),
    workerUnsyncBackoffMs: config.int('worker.unsync.backoff.ms'),
    clock,
    log: loggers.get('millrace.group'),
  });
}

function readConnectProtocol(config: ParsedConfig): 'eager' | 'compatible' | 'sessioned' {
  const protocol = config.string('connect.protocol');
  return protocol === 'eager' || protocol === 'compatible' ? protocol : 'sessioned';
}

function readSessionKeyRules(config: ParsedConfig): SessionKeyRules {
  return {
    algorithm: config.string('inter.worker.key.generation.algorithm'),
    keyBits: config.intOrNull('inter.worker.key.size'),
    ttlMs: config.int('inter.worker.key.ttl.ms'),
  };
}
