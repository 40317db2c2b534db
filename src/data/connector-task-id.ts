/** A task by connector name and number, from 0. */
export interface ConnectorTaskId {
  readonly connector: string;
  readonly task: number;
}

/** A task's name as it stands in topics and logs: `connector-number`. Unique, since the number follows the last dash. */
export function nameOfTask({ connector, task }: ConnectorTaskId): string {
  return `${connector}-${task}`;
}
