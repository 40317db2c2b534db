/** What herders of both modes do beside running connectors. */
import { OffsetsOperations } from '../herder/offsets-operations.ts';
import { SinkOffsets } from '../herder/sink-offsets.ts';
import { SourceOffsets } from '../herder/source-offsets.ts';
import { TopicTracking } from '../herder/topic-tracking.ts';
import { createGroupAdmin } from '../kafka/kafka-group-admin.ts';
import { createTopicAdmin } from '../kafka/kafka-topic-admin.ts';
import type { OffsetStore } from '../storage/offset-store.ts';
import type { StatusStore } from '../storage/status-store.ts';
import type { Worker } from '../worker/worker.ts';
import type { WorkerParts } from './worker-parts.ts';

/** What herders need for it. */
export interface Operations {
  readonly operations: OffsetsOperations;
  readonly tracking: TopicTracking;
}

/** Makes them for a worker and its stores. */
export function createOperations(
  { config, clock, loggers, resolve }: WorkerParts,
  {
    worker,
    offsets,
    statuses,
  }: { readonly worker: Worker; readonly offsets: OffsetStore; readonly statuses: StatusStore },
): Operations {
  const log = loggers.get('millrace.kafka');
  const sink = new SinkOffsets({
    workerConfig: config,
    openGroupAdmin: settings => createGroupAdmin({ config: settings, clock, log }),
    openTopicAdmin: settings => createTopicAdmin({ config: settings, clock, log }),
  });
  return {
    operations: new OffsetsOperations({ worker, source: new SourceOffsets(offsets), sink, resolve }),
    tracking: new TopicTracking({
      statuses,
      isEnabled: config.boolean('topic.tracking.enable'),
      isResetAllowed: config.boolean('topic.tracking.allow.reset'),
    }),
  };
}
