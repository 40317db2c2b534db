/**
 * The announced restarts that a leader waits for (D8), as it tells them to all members: any of them may lead the next round, also
 * because the leader itself is what restarts. They stand behind the fields of an assignment, where Kafka Connect's workers do not look.
 *
 * ```
 * awaited => "millrace" string, version int8 (1), [restart]     (left out when nothing is waited for)
 * restart => url string, for int32 (ms from now), Work
 * ```
 */
import { ProtocolReader } from '../kafka/protocol-reader.ts';
import { ProtocolWriter } from '../kafka/protocol-writer.ts';
import { initialMemory, type AssignorMemory, type AwaitedWorker } from './assignor-memory.ts';
import { extensionName, readAssignment, readWork, writeWork } from './connect-protocol.ts';
import { toConnectorsAndTasks, toWorkSet, unite, type ConnectorsAndTasks } from './connectors-and-tasks.ts';

/** A worker that has announced a restart, and may have left already. */
export interface AwaitedRestart {
  readonly url: string;
  /** How much longer its work is kept for it, ms. */
  readonly forMs: number;
  readonly work: ConnectorsAndTasks;
}

const extensionVersion = 1;

/** What a leader with this memory waits for, or will when those that are about to restart have left. */
export function listAwaitedRestarts(
  { awaitedWorkers, previousMembers }: AssignorMemory,
  { nowMs, maxDelayMs }: { readonly nowMs: number; readonly maxDelayMs: number },
): readonly AwaitedRestart[] {
  const gone = [...awaitedWorkers].map(([url, { untilMs, work }]) => ({ url, forMs: untilMs - nowMs, work }));
  const leaving = [...previousMembers.values()]
    .filter(({ isRestarting }) => isRestarting)
    .map(({ url, work }) => ({ url, forMs: maxDelayMs, work }));
  return [...gone, ...leaving].map(each => ({
    ...each,
    forMs: Math.max(0, Math.ceil(each.forMs)),
    work: toConnectorsAndTasks(each.work),
  }));
}

/** The memory of a member that did not lead: if it leads next, it goes on waiting. */
export function toMemory(
  awaited: readonly AwaitedRestart[],
  { generation, nowMs }: { readonly generation: number; readonly nowMs: number },
): AssignorMemory {
  const awaitedWorkers = new Map(
    awaited.map(({ url, forMs, work }): [string, AwaitedWorker] => [
      url,
      { untilMs: nowMs + forMs, work: toWorkSet(work) },
    ]),
  );
  const previousAssignment = unite([...awaitedWorkers.values()].map(({ work }) => work));
  return { ...initialMemory, generation, previousAssignment, awaitedWorkers };
}

/** What goes behind an assignment; nothing where nothing is waited for. */
export function encodeAwaitedRestarts(awaited: readonly AwaitedRestart[]): Buffer {
  if (awaited.length === 0) return Buffer.alloc(0);
  const writer = new ProtocolWriter('Awaited restarts').string(extensionName).int8(extensionVersion);
  writer.array(awaited, ({ url, forMs, work }) => {
    writeWork(writer.string(url).int32(forMs), work);
  });
  return writer.toBuffer();
}

/**
 * Reads what an assignment says of awaited restarts. Only what bears our name and version is ours; another's, or a later version's, is
 * passed over.
 *
 * @throws {ConnectError} KAFKA_REQUEST_FAILED when the bytes end too early.
 */
export function decodeAwaitedRestarts(assignment: Uint8Array): readonly AwaitedRestart[] {
  const reader = new ProtocolReader(Buffer.from(assignment), 'Assignment of a worker');
  readAssignment(reader);
  const head = new ProtocolWriter('Awaited restarts').string(extensionName).int8(extensionVersion).toBuffer();
  const rest = reader.buffer.subarray(reader.position);
  if (!rest.subarray(0, head.length).equals(head)) return [];
  const list = new ProtocolReader(rest.subarray(head.length), 'Awaited restarts');
  return list.array(() => ({ url: list.string(), forMs: list.int32(), work: readWork(list) }));
}
