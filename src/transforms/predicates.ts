/** The predicates of Kafka Connect. */
import { ConfigDef } from '../config/config-def.ts';
import { JavaPattern } from '../config/java-pattern.ts';
import { allOf, nonEmpty } from '../config/validators.ts';
import { regexRule } from './common-keys.ts';
import type { PredicateKind } from './transform.ts';

/**
 * True for records with a header of that name.
 *
 * @see `org.apache.kafka.connect.transforms.predicates.HasHeaderKey`.
 */
export const hasHeaderKeyKind: PredicateKind = {
  simpleName: 'HasHeaderKey',
  touches: ['headers'],
  configDef: new ConfigDef().define({
    name: 'name',
    type: 'STRING',
    validator: nonEmpty(),
    importance: 'MEDIUM',
    documentation: 'Name of the header.',
  }),
  create: config => {
    const name = config.string('name');
    return record => record.headers.lastWithKey(name) !== undefined;
  },
};

/**
 * True for records whose value is null.
 *
 * @see `org.apache.kafka.connect.transforms.predicates.RecordIsTombstone`.
 */
export const recordIsTombstoneKind: PredicateKind = {
  simpleName: 'RecordIsTombstone',
  touches: ['value'],
  configDef: new ConfigDef(),
  create: () => record => record.value === null,
};

/**
 * True for records whose topic a regular expression matches as a whole.
 *
 * @see `org.apache.kafka.connect.transforms.predicates.TopicNameMatches`.
 */
export const topicNameMatchesKind: PredicateKind = {
  simpleName: 'TopicNameMatches',
  touches: [],
  configDef: new ConfigDef().define({
    name: 'pattern',
    type: 'STRING',
    validator: allOf(nonEmpty(), regexRule()),
    importance: 'MEDIUM',
    documentation: 'Java regular expression that must match the whole topic.',
  }),
  create: config => {
    const pattern = new JavaPattern(config.string('pattern'));
    return record => pattern.matches(record.topic);
  },
};
