import { parseConnectorConfig } from '../../config/connector-config.ts';
import type { ConfigMap } from '../../config/parsed-config.ts';

/** What a connector's `errors.*` keys ask for. */
export interface ErrorSettings {
  /** `errors.tolerance` is `all`: a record that fails is skipped, and does not fail the task. */
  readonly isTolerant: boolean;
  /** `errors.retry.timeout`, ms; negative: for ever. */
  readonly retryTimeoutMs: number;
  /** `errors.retry.delay.max.ms` */
  readonly retryDelayMaxMs: number;
  /** `errors.log.enable` */
  readonly isLogged: boolean;
  /** `errors.log.include.messages` */
  readonly isRecordLogged: boolean;
  /** Null where failed records go to no topic, as those of all sources. */
  readonly deadLetterQueue: DeadLetterQueueSettings | null;
}

/** What the `errors.deadletterqueue.*` keys of a sink ask for. */
export interface DeadLetterQueueSettings {
  readonly topic: string;
  /** For a topic that has to be created. */
  readonly replicationFactor: number;
  readonly hasContextHeaders: boolean;
}

/**
 * Reads the settings of a connector.
 *
 * @param props with references to config providers already resolved.
 * @throws {ConfigError} with every wrong key of the connector.
 */
export function readErrorSettings(type: 'source' | 'sink', props: ConfigMap): ErrorSettings {
  const config = parseConnectorConfig(type, props);
  const topic = type === 'sink' ? config.string('errors.deadletterqueue.topic.name') : '';
  return {
    isTolerant: config.string('errors.tolerance') === 'all',
    retryTimeoutMs: config.long('errors.retry.timeout'),
    retryDelayMaxMs: config.long('errors.retry.delay.max.ms'),
    isLogged: config.boolean('errors.log.enable'),
    isRecordLogged: config.boolean('errors.log.include.messages'),
    deadLetterQueue:
      topic === ''
        ? null
        : {
            topic,
            replicationFactor: config.int('errors.deadletterqueue.topic.replication.factor'),
            hasContextHeaders: config.boolean('errors.deadletterqueue.context.headers.enable'),
          },
  };
}
