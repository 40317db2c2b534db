/**
 * What the workers of a Connect group tell each other when they join and when the leader hands out, byte for byte as Kafka Connect's
 * workers do (D5), so that both can be members of one group.
 *
 * ```
 * Metadata   => version int16, url string, config_offset int64, (1:) allocation nullable bytes, [extension]
 * Assignment => version int16, error int16, leader string, leader_url string, config_offset int64,
 *               [assigned] => Work, (1:) [revoked] => Work, (1:) delay int32
 * Work       => connector string, [tasks] int32    (-1 among the tasks is the connector instance itself)
 * allocation => an Assignment of the same version: what the member runs now; null when it has none
 * extension  => "millrace" string, flags int8, (grpc_address string, version string)   (bit 0: the member is about to restart)
 * ```
 *
 * An assignment may be followed by what the leader waits for (`awaited-restarts.ts`) and where it is reached (`worker-peer.ts`).
 *
 * Version 2 has the bytes of version 1; it stands for signed internal requests. From version 1 on the arrays may be null and fields
 * may be missing at the end; here they are always written, since Kafka Connect's own reader needs `assigned` to be an array it can
 * add to. A reader ignores what follows, in every version: so Kafka Connect's workers do not see the extension.
 *
 * @see `ConnectProtocol` and `IncrementalCooperativeConnectProtocol` in Kafka Connect (KIP-415, KIP-507).
 */

import { ConnectError } from '../errors/connect-error.ts';
import { ProtocolReader } from '../kafka/protocol-reader.ts';
import { ProtocolWriter } from '../kafka/protocol-writer.ts';
import type { ConnectorsAndTasks } from './connectors-and-tasks.ts';
import type { WorkerPeer } from './worker-peer.ts';

/** Versions of both messages: 0 eager, 1 incremental cooperative, 2 the same with sessions. */
export type ConnectProtocolVersion = 0 | 1 | 2;

/** Errors that an assignment may carry. */
export const AssignmentError = {
  NONE: 0,
  /** The leader's configurations are older than another member's: read to the end of the config topic and join again. */
  CONFIG_MISMATCH: 1,
} as const;

/** What the leader gives one member. */
export interface WorkerAssignment {
  readonly error: number;
  readonly leader: string;
  readonly leaderUrl: string;
  /** Config offset that the assignment was made from; -1 when no configuration was ever read. */
  readonly configOffset: number;
  /** In version 0 all that the member is to run, else what is new to it. */
  readonly assigned: ConnectorsAndTasks;
  readonly revoked: ConnectorsAndTasks;
  /** After how many milliseconds the member is to join again by itself; 0 for not at all. */
  readonly delayMs: number;
}

/** What a member says of itself when it joins. */
export interface WorkerMetadata {
  readonly url: string;
  readonly configOffset: number;
  /** What the member runs; null when it has no assignment, or tells none because its protocol is eager. */
  readonly allocation: WorkerAssignment | null;
  /** The member will leave soon, to come back with the same URL (D8). */
  readonly isRestarting: boolean;
  /** Where it is reached; left out by workers of Kafka Connect. */
  readonly peer?: WorkerPeer;
}

/** A connector instance, where task numbers stand. */
const connectorInstance = -1;
/** Marks what Millrace adds behind the fields that Kafka Connect reads. */
export const extensionName = 'millrace';
const extensionHead = new ProtocolWriter('Extension').string(extensionName).toBuffer();
const restartingFlag = 1;

/** Writes {@link WorkerMetadata}; version 0 has room for URL and offset only. */
export function encodeMetadata(metadata: WorkerMetadata, version: ConnectProtocolVersion): Buffer {
  const writer = new ProtocolWriter('Metadata of a worker')
    .int16(version)
    .string(metadata.url)
    .int64(metadata.configOffset);
  if (version === 0) return writer.toBuffer();
  const { allocation, isRestarting, peer } = metadata;
  writer.nullableBytes(allocation === null ? null : encodeAssignment(allocation, version));
  if (isRestarting || peer !== undefined) writer.string(extensionName).int8(isRestarting ? restartingFlag : 0);
  if (peer !== undefined) writer.string(peer.grpcAddress).string(peer.version);
  return writer.toBuffer();
}

/**
 * Reads metadata of any version from 0 on.
 *
 * @throws {ConnectError} KAFKA_REQUEST_FAILED when the bytes end too early, or the version is none.
 */
export function decodeMetadata(bytes: Uint8Array): WorkerMetadata {
  const reader = new ProtocolReader(Buffer.from(bytes), 'Metadata of a worker');
  readVersion(reader);
  const url = reader.string();
  const configOffset = reader.int64();
  const allocation = readAllocation(reader);
  return { url, configOffset, allocation, ...readExtension(reader) };
}

/** Writes a {@link WorkerAssignment}; version 0 has no revocations and no delay. */
export function encodeAssignment(assignment: WorkerAssignment, version: ConnectProtocolVersion): Buffer {
  const writer = new ProtocolWriter('Assignment of a worker')
    .int16(version)
    .int16(assignment.error)
    .string(assignment.leader)
    .string(assignment.leaderUrl)
    .int64(assignment.configOffset);
  writeWork(writer, assignment.assigned);
  if (version === 0) return writer.toBuffer();
  writeWork(writer, assignment.revoked);
  return writer.int32(assignment.delayMs).toBuffer();
}

/**
 * Reads an assignment of any version from 0 on.
 *
 * @throws {ConnectError} KAFKA_REQUEST_FAILED when the bytes end too early, or the version is none.
 */
export function decodeAssignment(bytes: Uint8Array): WorkerAssignment {
  return readAssignment(new ProtocolReader(Buffer.from(bytes), 'Assignment of a worker'));
}

/** As {@link decodeAssignment}; the reader then stands behind it. */
export function readAssignment(reader: ProtocolReader): WorkerAssignment {
  readVersion(reader);
  return {
    error: reader.int16(),
    leader: reader.string(),
    leaderUrl: reader.string(),
    configOffset: reader.int64(),
    assigned: readWork(reader),
    revoked: readWork(reader),
    delayMs: reader.remaining > 0 ? reader.int32() : 0,
  };
}

function readVersion(reader: ProtocolReader): void {
  const version = reader.int16();
  if (version >= 0) return;
  throw new ConnectError('KAFKA_REQUEST_FAILED', `Version ${version} of Connect's group protocol does not exist`);
}

function readAllocation(reader: ProtocolReader): WorkerAssignment | null {
  if (reader.remaining === 0) return null;
  const { start, end } = reader.bytesRange();
  return end === start ? null : decodeAssignment(reader.buffer.subarray(start, end));
}

/** What follows the allocation is ours only if it bears our name; a later version of Kafka Connect may put something else there. */
function readExtension(reader: ProtocolReader): Pick<WorkerMetadata, 'isRestarting' | 'peer'> {
  const rest = reader.buffer.subarray(reader.position);
  const isOurs = rest.length > extensionHead.length && rest.subarray(0, extensionHead.length).equals(extensionHead);
  if (!isOurs) return { isRestarting: false };
  const isRestarting = (rest.readInt8(extensionHead.length) & restartingFlag) !== 0;
  const more = new ProtocolReader(rest.subarray(extensionHead.length + 1), 'Metadata of a worker');
  if (more.remaining === 0) return { isRestarting };
  return { isRestarting, peer: { grpcAddress: more.string(), version: more.string() } };
}

/** Connectors come in the order given, with their tasks in the order given. */
export function writeWork(writer: ProtocolWriter, { connectors, tasks }: ConnectorsAndTasks): void {
  const byConnector = new Map<string, number[]>(connectors.map(name => [name, [connectorInstance]]));
  for (const { connector, task } of tasks) {
    const known = byConnector.get(connector);
    if (known === undefined) byConnector.set(connector, [task]);
    else known.push(task);
  }
  writer.array([...byConnector], ([connector, numbers]) => {
    writer.string(connector).array(numbers, number => writer.int32(number));
  });
}

/** Nothing where the bytes are at their end. */
export function readWork(reader: ProtocolReader): ConnectorsAndTasks {
  if (reader.remaining === 0) return { connectors: [], tasks: [] };
  const entries = reader
    .array(() => {
      const connector = reader.string();
      return reader.array(() => ({ connector, task: reader.int32() }));
    })
    .flat();
  return {
    connectors: entries.filter(({ task }) => task === connectorInstance).map(({ connector }) => connector),
    tasks: entries.filter(({ task }) => task !== connectorInstance),
  };
}
