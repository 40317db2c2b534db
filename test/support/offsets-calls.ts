import type { WorkerProcess } from './worker-process.ts';

/** An offset of a source, as `Offsets/Get` answers it. */
export interface SourceOffsetMessage {
  readonly partition_json: string;
  readonly offset_json?: string;
}

/** An offset of a sink, as `Offsets/Get` answers it. */
export interface SinkOffsetMessage {
  readonly topic: string;
  readonly partition: number;
  /** A decimal number in answers. */
  readonly offset?: string | number;
}

/** Offsets of a connector, as `Offsets/Get` answers them and `Offsets/Alter` takes them. */
export interface OffsetsMessage {
  readonly name: string;
  readonly source?: readonly SourceOffsetMessage[];
  readonly sink?: readonly SinkOffsetMessage[];
}

/** Offset of a source that follows a file. */
export function filePosition(file: string, position?: number): SourceOffsetMessage {
  const partition = { partition_json: JSON.stringify({ filename: file }) };
  return position === undefined ? partition : { ...partition, offset_json: JSON.stringify({ position }) };
}

/** What `Offsets/Get` answers. */
export async function offsetsOf(worker: WorkerProcess, name: string): Promise<OffsetsMessage> {
  const answer = await worker.call('Offsets/Get', { name });
  if (typeof answer === 'object' && answer !== null && 'name' in answer)
    return { ...answer, name: String(answer.name) };
  throw new Error(`No offsets in ${JSON.stringify(answer)}`);
}
