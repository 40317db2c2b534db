import { JavaPattern } from '../config/java-pattern.ts';
import type { TopicSelection } from '../kafka/consumer-group.ts';
import type { ConnectorConfig } from '../storage/config-store.ts';

/** What a sink reads, from its `topics` or `topics.regex`; blank and repeated names are left out. */
export function selectTopics(config: ConnectorConfig): TopicSelection {
  const regex = config.get('topics.regex')?.trim() ?? '';
  if (regex !== '') {
    const pattern = new JavaPattern(regex);
    return { kind: 'pattern', matches: topic => pattern.matches(topic) };
  }
  const names = (config.get('topics') ?? '').split(',').map(name => name.trim());
  return { kind: 'topics', topics: [...new Set(names)].filter(name => name !== '') };
}
