/**
 * Where workers reach each other besides the URL that Kafka Connect's protocol carries. It stands behind the fields that Kafka Connect's
 * workers read, so they do not see it; what they are left out of is told by a rule instead (docs/decisions/0065-peers.md).
 *
 * ```
 * of a member, in its metadata      => "millrace" string, flags int8, grpc_address string, version string   (connect-protocol.ts)
 * of the leader, ends an assignment => "millrace-leader" string, grpc_address string
 * ```
 */
import { ProtocolReader } from '../kafka/protocol-reader.ts';
import { ProtocolWriter } from '../kafka/protocol-writer.ts';
import { readAssignment } from './connect-protocol.ts';

/** What a worker of Millrace tells the others of itself. */
export interface WorkerPeer {
  /** `host:port` of its gRPC API, for other workers. */
  readonly grpcAddress: string;
  /** Version of Millrace. */
  readonly version: string;
}

const leaderMark = new ProtocolWriter('Leader').string('millrace-leader').toBuffer();

/** What goes to the end of an assignment; nothing when the leader tells no address. */
export function encodeLeaderAddress(grpcAddress: string | undefined): Buffer {
  if (grpcAddress === undefined) return Buffer.alloc(0);
  return Buffer.concat([leaderMark, new ProtocolWriter('Leader').string(grpcAddress).toBuffer()]);
}

/**
 * The leader's gRPC address at the end of an assignment; null where there is none, as from a worker of Kafka Connect.
 *
 * @throws {ConnectError} KAFKA_REQUEST_FAILED when the assignment's own bytes end too early.
 */
export function decodeLeaderAddress(assignment: Uint8Array): string | null {
  const reader = new ProtocolReader(Buffer.from(assignment), 'Assignment of a worker');
  readAssignment(reader);
  const { buffer, position } = reader;
  const start = buffer.lastIndexOf(leaderMark);
  if (start < position) return null;
  const rest = buffer.subarray(start + leaderMark.length);
  const isWhole = rest.length >= 2 && rest.readInt16BE(0) === rest.length - 2;
  return isWhole ? rest.toString('utf8', 2) : null;
}
