import { messageOf } from '../errors/connect-error.ts';
import { isBlank, trimAsJava } from './java-text.ts';
import { JavaPattern } from './java-pattern.ts';
import type { ConfigMap } from './parsed-config.ts';

/**
 * What is wrong with the topics of a sink: exactly one of a list and a pattern must be given, and neither may take in the dead
 * letter queue. Texts are Kafka Connect's.
 *
 * @see `SinkConnectorConfig#validate`.
 */
export function checkSinkTopics(props: ConfigMap): { readonly key: string; readonly message: string }[] {
  const [list, regex] = [props.get('topics') ?? '', props.get('topics.regex') ?? ''];
  const [hasList, hasRegex] = [!isBlank(list), !isBlank(regex)];
  const dlqTopic = trimAsJava(props.get('errors.deadletterqueue.topic.name') ?? '');
  if (hasList && hasRegex) {
    return onBoth('topics and topics.regex are mutually exclusive options, but both are set.');
  }
  if (!hasList && !hasRegex) return onBoth('Must configure one of topics or topics.regex');
  const topics = trimAsJava(list).split(/\s*,\s*/);
  if (dlqTopic !== '' && hasList && topics.includes(dlqTopic)) {
    const where = `'topics=[${topics.join(', ')}]'`;
    const message = `The DLQ topic '${dlqTopic}' may not be included in the list of topics (${where}) consumed by the connector`;
    return [{ key: 'topics', message }];
  }
  if (dlqTopic !== '' && hasRegex && matches(regex, dlqTopic)) {
    const where = `'topics.regex=${regex}'`;
    const message = `The DLQ topic '${dlqTopic}' may not be matched by the regex for the topics (${where}) consumed by the connector`;
    return [{ key: 'topics.regex', message }];
  }
  return [];
}

function onBoth(message: string): { readonly key: string; readonly message: string }[] {
  return ['topics', 'topics.regex'].map(key => ({ key, message }));
}

function matches(regex: string, topic: string): boolean {
  try {
    return new JavaPattern(regex).matches(topic);
  } catch (error) {
    // The key's own validator tells the user of a wrong expression.
    return messageOf(error) === '';
  }
}
