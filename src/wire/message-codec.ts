import { ConnectError, messageOf } from '../errors/connect-error.ts';
import type * as data from './data-messages.ts';
import type * as plugin from './plugin-messages.ts';
import { fromProto, toProto } from './proto-object.ts';
import { pluginProtoType } from './proto-types.ts';
import type * as sink from './sink-messages.ts';
import type * as source from './source-messages.ts';

/** The messages of the plugin protocol that are encoded by themselves, by their name in the .proto files. */
export interface PluginMessages {
  HandshakeRequest: plugin.HandshakeRequest;
  HandshakeResponse: plugin.HandshakeResponse;
  DescribeRequest: plugin.DescribeRequest;
  DescribeResponse: plugin.DescribeResponse;
  ValidateConfigRequest: plugin.ValidateConfigRequest;
  ValidateConfigResponse: plugin.ValidateConfigResponse;
  PlanTasksRequest: plugin.PlanTasksRequest;
  PlanTasksResponse: plugin.PlanTasksResponse;
  WatchRequest: plugin.WatchRequest;
  WatchEvent: plugin.WatchEvent;
  AlterOffsetsRequest: plugin.AlterOffsetsRequest;
  AlterOffsetsResponse: plugin.AlterOffsetsResponse;
  ShutdownRequest: plugin.ShutdownRequest;
  ShutdownResponse: plugin.ShutdownResponse;
  SourceOffset: data.SourceOffset;
  SourceDown: { readonly m: Exclude<source.SourceDown, { kind: 'unknown' }> | null };
  SourceUp: { readonly m: source.SourceUpControl | null };
  SinkDown: { readonly m: sink.SinkDownControl | null };
  SinkUp: { readonly m: Exclude<sink.SinkUp, { kind: 'unknown' }> | null };
}

/** Encodes a message of the plugin protocol. */
export function encodeMessage<Name extends keyof PluginMessages>(name: Name, message: PluginMessages[Name]): Buffer {
  const type = pluginProtoType(name);
  const bytes = type.encode(toProto(type, message)).finish();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Decodes a message of the plugin protocol. Byte fields of the result share memory with `bytes`.
 *
 * @throws {ConnectError} WIRE_MALFORMED.
 */
export function decodeMessage<Name extends keyof PluginMessages>(name: Name, bytes: Uint8Array): PluginMessages[Name] {
  const type = pluginProtoType(name);
  let message: object;
  try {
    message = type.decode(bytes);
  } catch (error) {
    throw new ConnectError('WIRE_MALFORMED', `Bytes are not a ${name}: ${messageOf(error)}`, { cause: error });
  }
  // The shape follows from the .proto file by the rule of data-messages.ts, which the codec's test checks for every message.
  return fromProto(type, message) as unknown as PluginMessages[Name];
}
