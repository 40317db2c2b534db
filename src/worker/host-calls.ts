import type { ConnectorTaskId } from '../data/connector-task-id.ts';
import { ConnectError, toConnectError } from '../errors/connect-error.ts';
import type { OffsetStore, OffsetWrite } from '../storage/offset-store.ts';
import type { CreateTopic, Failure, HostCall, HostReply, SourceOffset } from '../wire/data-messages.ts';

/** What a plugin may ask of its worker. */
export interface HostServices {
  readonly id: ConnectorTaskId;
  readonly offsets: OffsetStore;
  /** Creates a topic on the cluster of the task's client; one that exists is fine. */
  readonly createTopic: (request: CreateTopic) => Promise<void>;
}

/** Answers a plugin's question. Never rejects: what fails is told in the reply. */
export async function answerHostCall(services: HostServices, call: HostCall): Promise<HostReply> {
  try {
    return { id: call.id, error: null, reply: await answer(services, call) };
  } catch (error) {
    return { id: call.id, error: toFailure(toConnectError(error)), reply: null };
  }
}

/** A stored offset as it crosses the wire, or the change of one. */
export function toWireOffset({ partitionJson, offsetJson }: OffsetWrite): SourceOffset {
  return { partitionJson, offsetJson: offsetJson ?? new Uint8Array(), tombstone: offsetJson === null };
}

async function answer({ id, offsets, createTopic }: HostServices, { call }: HostCall): Promise<HostReply['reply']> {
  if (call === null)
    throw new ConnectError('REQUEST_INVALID', 'The call asks for something that this worker does not know');
  if (call.kind === 'createTopic') {
    await createTopic(call.createTopic);
    return null;
  }
  const partitions = call.readOffsets.partitionsJson;
  if (partitions.length === 0) {
    return { kind: 'offsets', offsets: { offsets: (await offsets.get(id.connector)).map(toWireOffset) } };
  }
  const found = await offsets.lookup(id.connector, partitions);
  const known = partitions.flatMap((partitionJson, index) => {
    const offsetJson = found[index];
    return offsetJson === null || offsetJson === undefined ? [] : [{ partitionJson, offsetJson, tombstone: false }];
  });
  return { kind: 'offsets', offsets: { offsets: known } };
}

function toFailure(error: ConnectError): Failure {
  const category = error.isRetriable ? 'TRANSIENT' : 'BUG';
  return { category, code: error.code, message: error.message, detail: '', retryAfterMs: 0 };
}
