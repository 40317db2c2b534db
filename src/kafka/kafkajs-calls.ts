/**
 * What Millrace calls in kafkajs beyond its typings: the cluster that it hands to a partition assigner factory, and the group calls of
 * the Broker that this cluster finds (D1). No import reaches into kafkajs. Checked against kafkajs 2.2.4.
 */

import { connect, type Socket } from 'node:net';
import kafkajs, { type Kafka, type PartitionAssigner } from 'kafkajs';
import type { Logger } from '../logging/logger.ts';
import type { KafkaClientConfig } from './kafka-client-config.ts';

/** kafkajs's cluster: its connections to the brokers. Its calls make one attempt, since retries are switched off. */
export interface KafkajsCluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  refreshMetadata(): Promise<void>;
  /** From now on metadata is of the topics that were given here, not of all; refreshes it at once. */
  addTargetTopic(topic: string): Promise<void>;
  findGroupCoordinator(request: { readonly groupId: string }): Promise<KafkajsBroker>;
}

/** A topic with something for each of some partitions, as kafkajs wants it. */
interface PerTopic<T> {
  readonly topic: string;
  readonly partitions: readonly T[];
}

/** kafkajs's broker, as far as groups need it. Each call throws a kafkajs error for an error code in the response. */
export interface KafkajsBroker {
  readonly nodeId: number;
  disconnect(): Promise<void>;
  /** Answers MEMBER_ID_REQUIRED by itself: it asks again with the id that it was given. */
  joinGroup(request: {
    readonly groupId: string;
    readonly sessionTimeout: number;
    readonly rebalanceTimeout: number;
    readonly memberId: string;
    readonly protocolType: string;
    readonly groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[];
  }): Promise<{
    readonly generationId: number;
    readonly groupProtocol: string;
    readonly leaderId: string;
    readonly memberId: string;
    readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer | null }[];
  }>;
  syncGroup(request: {
    readonly groupId: string;
    readonly generationId: number;
    readonly memberId: string;
    readonly groupAssignment: readonly { readonly memberId: string; readonly memberAssignment: Buffer }[];
  }): Promise<{ readonly memberAssignment: Buffer | null }>;
  heartbeat(request: {
    readonly groupId: string;
    readonly groupGenerationId: number;
    readonly memberId: string;
  }): Promise<unknown>;
  describeGroups(request: { readonly groupIds: readonly string[] }): Promise<{
    readonly groups: readonly {
      readonly members: readonly { readonly memberId: string; readonly clientId: string }[];
    }[];
  }>;
  leaveGroup(request: { readonly groupId: string; readonly memberId: string }): Promise<unknown>;
  offsetCommit(request: {
    readonly groupId: string;
    readonly groupGenerationId: number;
    readonly memberId: string;
    readonly topics: readonly PerTopic<{
      readonly partition: number;
      readonly offset: string;
      readonly metadata: string;
    }>[];
  }): Promise<unknown>;
  offsetFetch(request: {
    readonly groupId: string;
    readonly topics: readonly PerTopic<{ readonly partition: number }>[];
  }): Promise<{ readonly responses: readonly PerTopic<{ readonly partition: number; readonly offset: string }>[] }>;
}

/** A kafkajs client with a grip on its connections. */
export interface KafkajsClient {
  readonly kafka: Kafka;
  /** Breaks all of its connections: requests under way fail, where kafkajs would wait for them, for minutes if need be. */
  breakConnections(): void;
}

/**
 * A kafkajs client that never retries (retries are ours, with our deadlines) and whose log goes to ours. What it calls errors is
 * thrown to us as well, and logged where it is handled; so here it is debug.
 */
export function createKafkajs(config: KafkaClientConfig, log: Logger): KafkajsClient {
  const sockets = new Set<Socket>();
  const kafka = new kafkajs.Kafka({
    brokers: config.bootstrapServers.map(({ host, port }) => `${host}:${port}`),
    clientId: config.clientId,
    connectionTimeout: config.connectTimeoutMs,
    authenticationTimeout: config.connectTimeoutMs,
    requestTimeout: config.requestTimeoutMs,
    enforceRequestTimeout: true,
    retry: { retries: 0 },
    socketFactory: ({ host, port, onConnect }) => {
      const socket = connect({ host, port, keepAlive: true, noDelay: true }, onConnect);
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      return socket;
    },
    logLevel: kafkajs.logLevel.WARN,
    logCreator:
      () =>
      ({ namespace, label, log: { message, broker, error } }) =>
        log.debug({ namespace, label, broker: broker as unknown, error: error as unknown }, `kafkajs: ${message}`),
  });
  return {
    kafka,
    breakConnections: () => {
      // kafkajs hears of a broken socket by its error alone.
      for (const socket of sockets) socket.destroy(new Error('The client gave the connection up'));
    },
  };
}

/** A new cluster of a client, not connected yet. */
export function openKafkajsCluster(kafka: Kafka): KafkajsCluster {
  let found: KafkajsCluster | undefined;
  const assigner: PartitionAssigner = ({ cluster }) => {
    // The typings call it Cluster and leave out nearly all of its methods; those that we use are declared above.
    found = cluster as unknown as KafkajsCluster;
    return { name: 'unused', version: 0, assign: () => Promise.resolve([]), protocol: unused };
  };
  // The consumer is only made to get at the cluster; it is never connected. It wants some group id.
  kafka.consumer({ groupId: 'unused', partitionAssigners: [assigner], allowAutoTopicCreation: false });
  if (found === undefined) throw new Error('kafkajs did not hand its cluster to the partition assigner');
  return found;
}

function unused(): never {
  throw new Error('The consumer that lends its cluster must not join a group');
}

/** A queue of kafkajs's requests on one connection, as far as {@link quietTimers} needs it. */
interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}

/** Where kafkajs keeps those queues. */
interface ClusterInside {
  readonly brokerPool?: {
    readonly seedBroker?: BrokerInside;
    readonly brokers?: Readonly<Record<string, BrokerInside>>;
  };
}

interface BrokerInside {
  readonly connectionPool?: { readonly pool?: readonly { readonly requestQueue?: RequestQueue }[] };
}

/** Queues that are quiet already. */
const quietQueues = new WeakSet<RequestQueue>();

/**
 * Keeps kafkajs 2.2.4 from spending 2% of a core on each idle connection: after its first response, a queue looks every millisecond
 * for requests that wait (tulios/kafkajs#1704). Afterwards it looks while some do wait. To be called when a cluster has connected.
 */
export function quietTimers(cluster: KafkajsCluster): void {
  // Inside of kafkajs; where another version keeps something else, nothing is done.
  const { brokerPool } = cluster as unknown as ClusterInside;
  const brokers = [brokerPool?.seedBroker, ...Object.values(brokerPool?.brokers ?? {})];
  for (const queue of brokers.flatMap(broker => broker?.connectionPool?.pool?.map(one => one.requestQueue) ?? [])) {
    if (queue === undefined || quietQueues.has(queue)) continue;
    quietQueues.add(queue);
    const schedule = queue.scheduleCheckPendingRequests.bind(queue);
    queue.scheduleCheckPendingRequests = () => {
      if (queue.pending.length > 0) schedule();
    };
  }
}
