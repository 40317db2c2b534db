/** Transforms that change the topic of records. */
import { ConfigDef } from '../config/config-def.ts';
import { JavaPattern } from '../config/java-pattern.ts';
import { DatePattern } from '../data/date-pattern.ts';
import { Instant } from '../data/instant.ts';
import { regexRule } from './common-keys.ts';
import { expandReplacement } from './java-replacement.ts';
import { unfit } from './requirements.ts';
import type { TransformKind } from './transform.ts';

/**
 * Renames topics that a regular expression matches as a whole. What it finds first is replaced then, which may be less than the whole.
 *
 * @see `org.apache.kafka.connect.transforms.RegexRouter`.
 */
export const regexRouterKind: TransformKind = {
  simpleName: 'RegexRouter',
  hasSides: false,
  touches: [],
  configDef: new ConfigDef().defineAll([
    {
      name: 'regex',
      type: 'STRING',
      validator: regexRule(),
      importance: 'HIGH',
      documentation: 'Java regular expression that must match the whole topic.',
    },
    {
      name: 'replacement',
      type: 'STRING',
      importance: 'HIGH',
      documentation: 'The new topic; `$1` or `${name}` stand for groups of the expression.',
    },
  ]),
  create: ({ config }) => {
    const pattern = new JavaPattern(config.string('regex'));
    const replacement = config.string('replacement');
    return record => {
      const match = pattern.matches(record.topic) ? pattern.find(record.topic) : null;
      if (match === null) return record;
      const { topic } = record;
      const after = topic.slice(match.index + match[0].length);
      return { ...record, topic: topic.slice(0, match.index) + expandReplacement(replacement, match) + after };
    };
  },
};

/**
 * Names topics by the timestamps of their records.
 *
 * @see `org.apache.kafka.connect.transforms.TimestampRouter`.
 */
export const timestampRouterKind: TransformKind = {
  simpleName: 'TimestampRouter',
  hasSides: false,
  touches: [],
  configDef: new ConfigDef().defineAll([
    {
      name: 'topic.format',
      type: 'STRING',
      default: '${topic}-${timestamp}',
      importance: 'HIGH',
      documentation: 'The new topic; `${topic}` stands for the old one, `${timestamp}` for the timestamp.',
    },
    {
      name: 'timestamp.format',
      type: 'STRING',
      default: 'yyyyMMdd',
      importance: 'HIGH',
      documentation: 'Form of the timestamp, as a `java.text.SimpleDateFormat` pattern, in UTC.',
    },
  ]),
  create: ({ config, nowMs }) => {
    const format = config.string('topic.format');
    const pattern = new DatePattern(config.string('timestamp.format'), nowMs);
    return record => {
      if (record.timestampMs === null) throw unfit('Timestamp missing on record');
      const timestamp = pattern.format(new Instant(record.timestampMs));
      const topic = format.replaceAll('${topic}', () => record.topic).replaceAll('${timestamp}', () => timestamp);
      return { ...record, topic };
    };
  },
};
