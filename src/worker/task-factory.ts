import type { Clock } from '../async/clock.ts';
import { nameOfTask, type ConnectorTaskId } from '../data/connector-task-id.ts';
import type { ConnectorConfig } from '../storage/config-store.ts';
import type { OffsetStore } from '../storage/offset-store.ts';
import {
  deadLetterQueueAdminConfig,
  deadLetterQueueProducerConfig,
  sinkClientId,
  sinkConsumerConfig,
  sourceProducerConfig,
  type ClientOwner,
} from '../config/client-configs.ts';
import type { ParsedConfig } from '../config/parsed-config.ts';
import { createConsumerGroup } from '../kafka/kafka-consumer-group.ts';
import { createRecordFetcher } from '../kafka/kafka-record-fetcher.ts';
import { createTopicAdmin } from '../kafka/kafka-topic-admin.ts';
import { createRecordProducer, type RecordProducer } from '../kafka/record-producer.ts';
import type { WriteFence } from '../kafka/write-fence.ts';
import type { Logger } from '../logging/logger.ts';
import type { PluginLease } from '../plugin-host/plugin-lease.ts';
import { TransformChain } from '../transforms/transform-chain.ts';
import type { CreateTopic } from '../wire/data-messages.ts';
import { ActiveTopics, noTopicTracker, type ActiveTopicStore, type TopicTracker } from './active-topics.ts';
import type { PluginLeases } from './plugin-leases.ts';
import { DeadLetterQueue } from './errors/dead-letter-queue.ts';
import { readErrorSettings, type DeadLetterQueueSettings } from './errors/error-settings.ts';
import { RecordErrors } from './errors/record-errors.ts';
import { SinkSubscription } from './sink-subscription.ts';
import type { PluginLog } from './plugin-log.ts';
import { SinkTask } from './sink-task.ts';
import { SourceTask } from './source-task.ts';
import { SourceTransforms } from './source-transforms.ts';
import { createTaskConverters, sourceConversion } from './task-converters.ts';
import type { TaskAttempt } from './task-attempt.ts';
import type { TaskSettings } from './task-settings.ts';
import { selectTopics } from './topic-selection.ts';
import type { TaskFactory, TaskSpec } from './worker.ts';

/** What runs of tasks need of the worker. */
export interface KafkaTaskFactoryOptions {
  readonly leases: PluginLeases;
  readonly offsets: OffsetStore;
  /** Where active topics are noted; null if they are not tracked. */
  readonly activeTopics: ActiveTopicStore | null;
  readonly workerConfig: ParsedConfig;
  readonly createTopic: (request: CreateTopic) => Promise<void>;
  /** Keeps tasks from writing that another worker may have by now; not given where there is no other worker. */
  readonly fence?: WriteFence | undefined;
  /** How much a plugin is to log, by its name. */
  readonly pluginLogOf: (plugin: string) => PluginLog;
  readonly settings: TaskSettings;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Makes runs of tasks on Kafka clients, which one task's runs share: a replaced plugin costs no rebalance and no new producer id. */
export class KafkaTaskFactory implements TaskFactory {
  readonly #options: KafkaTaskFactoryOptions;
  readonly #producers = new Map<string, RecordProducer>();
  readonly #subscriptions = new Map<string, SinkSubscription>();
  readonly #deadLetterQueues = new Map<string, DeadLetterQueue>();
  readonly #epochs = new Map<string, number>();

  constructor(options: KafkaTaskFactoryOptions) {
    this.#options = options;
  }

  async makeAttempt(spec: TaskSpec): Promise<TaskAttempt> {
    const { leases, offsets, workerConfig, createTopic, settings, clock } = this.#options;
    const { id } = spec;
    const log = this.#options.log.child({ connector: id.connector, task: id.task });
    const { config: connectorConfig } = spec.connectorConfig;
    const common = {
      id,
      tracker: this.#tracker(id, log),
      epoch: this.#nextEpoch(id),
      config: spec.taskConfig.config,
      offsets,
      createTopic,
      pluginLog: this.#options.pluginLogOf(spec.connector.manifest.name),
      settings,
      clock,
      log,
      errors: this.#createErrors(spec, log),
      lease: (signal: AbortSignal): Promise<PluginLease> =>
        leases.lease({
          owner: id,
          connector: spec.connector,
          config: connectorConfig,
          secrets: [...spec.connectorConfig.secrets, ...spec.taskConfig.secrets],
          signal,
        }),
    };
    const converters = createTaskConverters(workerConfig.originals, connectorConfig);
    const chain = new TransformChain(connectorConfig, clock.nowMs());
    if (spec.connector.kind === 'source') {
      const producer = this.#producer(id, connectorConfig, log);
      const transforms = chain.isEmpty ? null : new SourceTransforms({ chain, converters });
      return new SourceTask({ ...common, producer, conversion: sourceConversion(converters), transforms });
    }
    return new SinkTask({ ...common, converters, chain, subscription: this.#subscription(id, connectorConfig, log) });
  }

  async release(id: ConnectorTaskId): Promise<void> {
    const key = nameOfTask(id);
    const producer = this.#producers.get(key);
    const subscription = this.#subscriptions.get(key);
    const deadLetterQueue = this.#deadLetterQueues.get(key);
    this.#producers.delete(key);
    this.#subscriptions.delete(key);
    this.#deadLetterQueues.delete(key);
    // No offset of what is still in flight will be written, so a broker that is away must not hold up the end for longer.
    await producer?.close(this.#options.settings.shutdownTimeoutMs);
    await subscription?.close();
    await deadLetterQueue?.close(this.#options.settings.shutdownTimeoutMs);
  }

  #createErrors({ id, connector, connectorConfig, errorMetrics }: TaskSpec, log: Logger): RecordErrors {
    const { settings: taskSettings, clock } = this.#options;
    const settings = readErrorSettings(connector.kind, connectorConfig.config);
    const { deadLetterQueue } = settings;
    return new RecordErrors({
      id,
      settings,
      metrics: errorMetrics,
      queue: deadLetterQueue && this.#deadLetterQueue(id, connectorConfig.config, { settings: deadLetterQueue, log }),
      lastReportsMs: taskSettings.offsetFlushTimeoutMs,
      clock,
      log,
    });
  }

  #deadLetterQueue(
    id: ConnectorTaskId,
    connectorConfig: ConnectorConfig,
    { settings, log }: { readonly settings: DeadLetterQueueSettings; readonly log: Logger },
  ): DeadLetterQueue {
    const known = this.#deadLetterQueues.get(nameOfTask(id));
    if (known !== undefined) return known;
    const { clock, fence } = this.#options;
    const owner = this.#owner(id, connectorConfig);
    const queue = new DeadLetterQueue({
      id,
      settings,
      producer: createRecordProducer({ config: deadLetterQueueProducerConfig(owner), fence, clock, log }),
      openAdmin: () => createTopicAdmin({ config: deadLetterQueueAdminConfig(owner), clock, log }),
      log,
    });
    this.#deadLetterQueues.set(nameOfTask(id), queue);
    return queue;
  }

  #tracker(id: ConnectorTaskId, log: Logger): TopicTracker {
    const { activeTopics: store, clock } = this.#options;
    return store === null ? noTopicTracker : new ActiveTopics({ id, store, clock, log });
  }

  #producer(id: ConnectorTaskId, connectorConfig: ConnectorConfig, log: Logger): RecordProducer {
    const known = this.#producers.get(nameOfTask(id));
    if (known !== undefined) return known;
    const config = sourceProducerConfig(this.#owner(id, connectorConfig));
    const producer = createRecordProducer({ config, fence: this.#options.fence, clock: this.#options.clock, log });
    this.#producers.set(nameOfTask(id), producer);
    return producer;
  }

  #subscription(id: ConnectorTaskId, connectorConfig: ConnectorConfig, log: Logger): SinkSubscription {
    const known = this.#subscriptions.get(nameOfTask(id));
    if (known !== undefined) return known;
    const { clock, fence } = this.#options;
    const config = sinkConsumerConfig(this.#owner(id, connectorConfig));
    const group = createConsumerGroup({
      config,
      selection: selectTopics(connectorConfig),
      // In a cluster nobody else has the task (I3), and its own client id names it; one that was set may be several tasks'.
      evictsPredecessors: fence !== undefined && config.get('client.id') === sinkClientId(id.connector, id.task),
      fence,
      clock,
      log,
    });
    const fetcher = createRecordFetcher({ config, clock, log });
    const subscription = new SinkSubscription({ group, fetcher, log });
    this.#subscriptions.set(nameOfTask(id), subscription);
    return subscription;
  }

  #owner(id: ConnectorTaskId, connectorConfig: ConnectorConfig): ClientOwner {
    return { worker: this.#options.workerConfig, connectorName: id.connector, connectorConfig, task: id.task };
  }

  /** Time makes epochs rise across restarts of the worker, counting makes them rise within one millisecond. */
  #nextEpoch(id: ConnectorTaskId): number {
    const epoch = Math.max((this.#epochs.get(nameOfTask(id)) ?? 0) + 1, this.#options.clock.nowMs());
    this.#epochs.set(nameOfTask(id), epoch);
    return epoch;
  }
}
