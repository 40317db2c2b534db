import type { ConfigKeySpec } from '../../config/config-key.ts';
import { validator } from '../../config/validators.ts';
import { ConnectError } from '../../errors/connect-error.ts';

/** Names the subject under which a schema stands. */
export interface SubjectNameStrategy {
  /** Whether the name hangs on the schema, not on the topic alone. */
  readonly usesSchema: boolean;
  /**
   * @param recordName full name of the schema; null if it has none, as all have that are no records.
   * @throws {ConnectError} DATA_INVALID when the schema has no name and needs one.
   */
  subject(topic: string, recordName: string | null): string;
}

/** Keys of the two strategies, for keys and for values. */
export const subjectNameKeys: readonly ConfigKeySpec[] = (['key', 'value'] as const).map(role => ({
  name: `${role}.subject.name.strategy`,
  type: 'STRING',
  default: 'io.confluent.kafka.serializers.subject.TopicNameStrategy',
  validator: validator('a subject name strategy', value =>
    typeof value === 'string' && !strategies.has(simpleName(value))
      ? `Unknown subject name strategy; use one of ${[...strategies.keys()].join(', ')}`
      : undefined,
  ),
  importance: 'LOW',
  documentation:
    `How the subject of a ${role}'s schema is named, by a Java class: \`TopicNameStrategy\` (\`TOPIC-${role}\`), \`RecordNameStrategy\` ` +
    '(name of the record) or `TopicRecordNameStrategy` (`TOPIC-RECORD`).',
}));

/** The strategy that a class name, with or without its package, stands for. */
export function createSubjectNameStrategy(className: string, role: 'key' | 'value'): SubjectNameStrategy {
  const create = strategies.get(simpleName(className));
  if (create === undefined) throw new ConnectError('CONFIG_INVALID', `Unknown subject name strategy '${className}'`);
  return create(role);
}

const topicNameStrategy = (role: string): SubjectNameStrategy => ({
  usesSchema: false,
  subject: topic => `${topic}-${role}`,
});

const strategies: ReadonlyMap<string, (role: 'key' | 'value') => SubjectNameStrategy> = new Map([
  ['TopicNameStrategy', topicNameStrategy],
  // What newer releases of Confluent take when nothing is set: it asks a catalogue first that only their cloud has.
  ['AssociatedNameStrategy', topicNameStrategy],
  [
    'RecordNameStrategy',
    role => ({
      usesSchema: true,
      subject: (_topic, recordName) => requireName(recordName, 'RecordNameStrategy', role),
    }),
  ],
  [
    'TopicRecordNameStrategy',
    role => ({
      usesSchema: true,
      subject: (topic, recordName) => `${topic}-${requireName(recordName, 'TopicRecordNameStrategy', role)}`,
    }),
  ],
]);

function requireName(name: string | null, strategy: string, role: string): string {
  if (name !== null) return name;
  const text = `In configuration ${role}.subject.name.strategy = ${strategy}, the message ${role} must only be a record schema`;
  throw new ConnectError('DATA_INVALID', text);
}

function simpleName(className: string): string {
  return className.slice(className.lastIndexOf('.') + 1);
}
