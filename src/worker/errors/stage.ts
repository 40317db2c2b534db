import type { ConverterRole } from '../../converters/converter.ts';

/** Where on its way a record failed: the names that logs and dead letter queues show. @see `Stage` in Kafka Connect. */
export type Stage =
  'TASK_PUT' | 'TRANSFORMATION' | 'KEY_CONVERTER' | 'VALUE_CONVERTER' | 'HEADER_CONVERTER' | 'KAFKA_PRODUCE';

/** A step on the way of a record. */
export interface Operation {
  readonly stage: Stage;
  /** Full name of the Java class that does this in Kafka Connect. */
  readonly className: string;
}

/** Using a converter. */
export function conversion(role: ConverterRole, converter: { readonly className: string }): Operation {
  return { stage: conversionStages[role], className: converter.className };
}

const conversionStages: Readonly<Record<ConverterRole, Stage>> = {
  key: 'KEY_CONVERTER',
  value: 'VALUE_CONVERTER',
  header: 'HEADER_CONVERTER',
};

/** The sink took the record and could not do with it what it should. */
export const taskPut: Operation = { stage: 'TASK_PUT', className: 'org.apache.kafka.connect.sink.SinkTask' };

/** The record of a source was sent to Kafka. */
export const kafkaProduce: Operation = {
  stage: 'KAFKA_PRODUCE',
  className: 'org.apache.kafka.connect.runtime.WorkerSourceTask',
};
