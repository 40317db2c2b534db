/**
 * Messages and the service of proto/millrace/internal/v1 in plain form, by the rule of data-messages.ts. Field meanings stand in the
 * .proto file.
 */
import type { MethodDefinition } from '@grpc/grpc-js';
import { ConnectError, messageOf } from '../errors/connect-error.ts';
import type { TopicPartitionOffset } from './data-messages.ts';
import { fromProto, toProto } from './proto-object.ts';
import { protoType } from './proto-types.ts';

/** Keys and values of a configuration. */
type StringMap = ReadonlyMap<string, string>;

/** `TargetState`; the first is what an unknown one reads as. */
type TargetStateName = 'TARGET_STATE_UNSPECIFIED' | 'STARTED' | 'PAUSED' | 'STOPPED';

/** Every request: a body and its signature. */
export interface SignedRequest {
  readonly body: Uint8Array;
  readonly algorithm: string;
  readonly mac: Uint8Array;
}

export interface ForwardResponse {
  readonly created: boolean;
  readonly offsetsHandled: boolean;
}

export interface ForwardBody {
  readonly hops: number;
  /** Null for a request of a later version. */
  readonly request: ForwardBodyRequest | null;
}

export type ForwardBodyRequest =
  | {
      readonly kind: 'create';
      readonly create: { readonly name: string; readonly config: StringMap; readonly initialState: TargetStateName };
    }
  | { readonly kind: 'put'; readonly put: { readonly name: string; readonly config: StringMap } }
  | {
      readonly kind: 'patch';
      readonly patch: { readonly name: string; readonly set: StringMap; readonly remove: readonly string[] };
    }
  | { readonly kind: 'delete'; readonly delete: { readonly name: string } }
  | { readonly kind: 'target'; readonly target: { readonly name: string; readonly state: TargetStateName } }
  | {
      readonly kind: 'restart';
      readonly restart: { readonly name: string; readonly includeTasks: boolean; readonly onlyFailed: boolean };
    }
  | { readonly kind: 'restartTask'; readonly restartTask: { readonly name: string; readonly task: number } }
  | {
      readonly kind: 'tasks';
      readonly tasks: { readonly name: string; readonly configs: readonly { readonly config: StringMap }[] };
    }
  | { readonly kind: 'alterOffsets'; readonly alterOffsets: AlterOffsets }
  | { readonly kind: 'resetOffsets'; readonly resetOffsets: { readonly name: string } };

export interface AlterOffsets {
  readonly name: string;
  readonly source: readonly { readonly partitionJson: string; readonly offsetJson: string | null }[];
  readonly sink: readonly TopicPartitionOffset[];
}

export interface DescribeGroupResponse {
  readonly generation: number;
  readonly workers: readonly GroupWorkerMessage[];
}

export interface GroupWorkerMessage {
  readonly memberId: string;
  readonly url: string;
  readonly grpcAddress: string;
  readonly version: string;
  readonly connectors: readonly string[];
  readonly tasks: readonly { readonly connector: string; readonly task: number }[];
}

export interface DescribeWorkBody {
  readonly askedBy: string;
  readonly connectors: readonly string[];
}

export interface DescribeWorkResponse {
  readonly connectors: readonly ConnectorProcessesMessage[];
}

export interface ConnectorProcessesMessage {
  readonly name: string;
  readonly instance: PluginProcessMessage | null;
  readonly tasks: readonly TaskProcessMessage[];
}

export interface PluginProcessMessage {
  readonly pid: number | null;
  readonly restarts: number;
  readonly lastExit: {
    readonly code: number | null;
    readonly signal: string | null;
    readonly isOutOfMemory: boolean;
    readonly lastLines: readonly string[];
    readonly atMs: number;
  } | null;
}

export interface TaskProcessMessage {
  readonly task: number;
  /** Null from a worker that does not tell. */
  readonly process: PluginProcessMessage | null;
  readonly errors: {
    readonly recordFailures: number;
    readonly recordErrors: number;
    readonly recordsSkipped: number;
    readonly retries: number;
    readonly errorsLogged: number;
    readonly deadLetterQueueRequests: number;
    readonly deadLetterQueueFailures: number;
    readonly lastErrorMs: number;
  } | null;
}

export interface PrepareBody {
  readonly config: StringMap;
  readonly check: boolean;
  readonly tasks: number;
}

interface InternalMessages {
  readonly PrepareRequest: SignedRequest;
  readonly PrepareBody: PrepareBody;
  readonly PrepareResponse: object;
  readonly DescribeWorkRequest: SignedRequest;
  readonly DescribeWorkBody: DescribeWorkBody;
  readonly DescribeWorkResponse: DescribeWorkResponse;
  readonly DescribeGroupRequest: SignedRequest;
  readonly DescribeGroupBody: { readonly askedBy: string };
  readonly DescribeGroupResponse: DescribeGroupResponse;
  readonly ForwardRequest: SignedRequest;
  readonly ForwardResponse: ForwardResponse;
  readonly ForwardBody: ForwardBody;
}

/** `millrace.internal.v1.Herder` */
export const internalHerderService = {
  forward: method('Forward', 'ForwardRequest', 'ForwardResponse'),
  describeGroup: method('DescribeGroup', 'DescribeGroupRequest', 'DescribeGroupResponse'),
  describeWork: method('DescribeWork', 'DescribeWorkRequest', 'DescribeWorkResponse'),
  prepare: method('Prepare', 'PrepareRequest', 'PrepareResponse'),
} as const;

/** The bytes that are signed. */
export function encodeForwardBody(body: ForwardBody): Buffer {
  return encode('ForwardBody', body);
}

/** The bytes of a question for the group that are signed. */
export function encodeDescribeGroupBody(askedBy: string): Buffer {
  return encode('DescribeGroupBody', { askedBy });
}

/** The bytes of a question for what a worker runs that are signed. */
export function encodeDescribeWorkBody(body: DescribeWorkBody): Buffer {
  return encode('DescribeWorkBody', body);
}

/** @throws {ConnectError} WIRE_MALFORMED */
export function decodeDescribeWorkBody(bytes: Uint8Array): DescribeWorkBody {
  return decode('DescribeWorkBody', bytes);
}

/** The bytes of a request to prepare that are signed. */
export function encodePrepareBody(body: PrepareBody): Buffer {
  return encode('PrepareBody', body);
}

/** @throws {ConnectError} WIRE_MALFORMED */
export function decodePrepareBody(bytes: Uint8Array): PrepareBody {
  return decode('PrepareBody', bytes);
}

/** @throws {ConnectError} WIRE_MALFORMED */
export function decodeForwardBody(bytes: Uint8Array): ForwardBody {
  return decode('ForwardBody', bytes);
}

function method<Request extends keyof InternalMessages, Response extends keyof InternalMessages>(
  name: string,
  request: Request,
  response: Response,
): MethodDefinition<InternalMessages[Request], InternalMessages[Response]> {
  return {
    path: `/millrace.internal.v1.Herder/${name}`,
    originalName: `${name.charAt(0).toLowerCase()}${name.slice(1)}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: value => encode(request, value),
    requestDeserialize: bytes => decode(request, bytes),
    responseSerialize: value => encode(response, value),
    responseDeserialize: bytes => decode(response, bytes),
  };
}

function encode<Name extends keyof InternalMessages>(name: Name, message: InternalMessages[Name]): Buffer {
  const type = protoType('internal', `millrace.internal.v1.${name}`);
  return Buffer.from(type.encode(toProto(type, message)).finish());
}

function decode<Name extends keyof InternalMessages>(name: Name, bytes: Uint8Array): InternalMessages[Name] {
  const type = protoType('internal', `millrace.internal.v1.${name}`);
  try {
    // The shape follows from the .proto file by the rule of data-messages.ts.
    return fromProto(type, type.decode(bytes)) as unknown as InternalMessages[Name];
  } catch (error) {
    throw new ConnectError('WIRE_MALFORMED', `Bytes are not a ${name}: ${messageOf(error)}`, { cause: error });
  }
}
