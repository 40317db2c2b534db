/** Settings of connectors that Kafka Connect has and this version does not: each is refused by name, none has no effect. */
import type { KeyResult } from './config-def.ts';
import type { ConfigValue } from './config-key.ts';
import { describeConfigValue, invalidValueText } from './config-value.ts';
import type { ConfigMap } from './parsed-config.ts';

/**
 * Errors for what the configuration asks for and this version cannot do.
 *
 * @param config the configuration, and what its keys were found to be.
 */
export function findUnavailable(
  type: 'source' | 'sink',
  config: { readonly props: ConfigMap; readonly results: readonly KeyResult[] },
): { readonly key: string; readonly message: string }[] {
  const errors: { key: string; message: string }[] = [];
  for (const { name, value } of config.results) {
    const rule = unavailable.find(candidate => candidate.key === name && candidate.isAsked(value));
    if (rule === undefined || value === null) continue;
    const message = rule.text ?? invalidValueText(name, describeConfigValue(value, 'STRING'), rule.reason);
    errors.push({ key: name, message });
  }
  if (type === 'source') errors.push(...findTopicCreation(config.props));
  return errors;
}

interface UnavailableRule {
  readonly key: string;
  readonly isAsked: (value: ConfigValue) => boolean;
  readonly reason: string;
  /** Kafka Connect's own text, where it has one for this. */
  readonly text?: string;
}

const always = (): boolean => true;
const isWord =
  (word: string) =>
  (value: ConfigValue): boolean =>
    typeof value === 'string' && value.toLowerCase() === word;

function rule(key: string, isAsked: (value: ConfigValue) => boolean, what: string): UnavailableRule {
  return { key, isAsked, reason: `This version of Millrace does not have ${what}; remove the setting` };
}

const unavailable: readonly UnavailableRule[] = [
  rule('key.converter.plugin.version', always, 'versions of converters'),
  rule('value.converter.plugin.version', always, 'versions of converters'),
  rule('header.converter.plugin.version', always, 'versions of converters'),
  {
    key: 'exactly.once.support',
    isAsked: isWord('required'),
    reason: '',
    text: 'This worker does not have exactly-once source support enabled.',
  },
  rule('transaction.boundary', isWord('interval'), 'producer transactions'),
  rule('transaction.boundary', isWord('connector'), 'producer transactions'),
];

function findTopicCreation(props: ConfigMap): { readonly key: string; readonly message: string }[] {
  const prefix = 'topic.creation.';
  const keys = [...props.keys()].filter(key => key.startsWith(prefix) && (props.get(key) ?? '') !== '');
  const reason =
    'This version of Millrace does not create topics itself; remove the setting, and create the topic or let the broker do so';
  return keys.map(key => ({ key, message: invalidValueText(key, props.get(key) ?? '', reason) }));
}
