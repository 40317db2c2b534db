/**
 * Errors on gRPC. A {@link ConnectError} travels as its code's gRPC status and, in the trailer `grpc-status-details-bin`, as a
 * google.rpc.Status that holds an ErrorInfo (reason = code, domain "millrace", metadata = details); for a {@link ConfigError} or
 * {@link RequestError}, a BadRequest with one violation per wrong key or field; and, where the same call may succeed later, a
 * RetryInfo.
 */
import { Metadata, type ServiceError, status as grpcStatus } from '@grpc/grpc-js';
import { errorCodes, type ErrorCodeName } from '../errors/codes.ts';
import {
  ConfigError,
  ConnectError,
  type FieldViolation,
  RequestError,
  toConnectError,
} from '../errors/connect-error.ts';
import { fromProto, toProto } from './proto-object.ts';
import { statusProtoType } from './proto-types.ts';

const domain = 'millrace';
const detailsKey = 'grpc-status-details-bin';
/** After how long a call that may succeed later is best made again: a rebalance takes about as long. */
const retryDelay = { seconds: 1, nanos: 0 };
const typeUrlPrefix = 'type.googleapis.com/google.rpc.';

// Plain forms of the messages in proto/google/rpc, by the rule of data-messages.ts.
interface RpcStatus {
  readonly code: number;
  readonly message: string;
  readonly details: readonly RpcDetail[];
}
interface RpcDetail {
  readonly type_url: string;
  readonly value: Uint8Array;
}
interface ErrorInfo {
  readonly reason: string;
  readonly domain: string;
  readonly metadata: ReadonlyMap<string, string>;
}
interface RetryInfo {
  readonly retryDelay: { readonly seconds: number; readonly nanos: number };
}
interface BadRequest {
  readonly fieldViolations: readonly { readonly field: string; readonly description: string }[];
}

/** What a server hands to grpc-js to end a call. */
export interface GrpcFailure {
  readonly code: number;
  readonly details: string;
  readonly metadata: Metadata;
}

/** Any error as the status that ends a call; what is not a {@link ConnectError} goes as INTERNAL. */
export function toGrpcFailure(error: unknown): GrpcFailure {
  const connectError = toConnectError(error);
  const { grpc } = connectError.definition;
  const details = [
    toDetail('ErrorInfo', {
      reason: connectError.code,
      domain,
      metadata: new Map(Object.entries(connectError.details)),
    } satisfies ErrorInfo),
  ];
  if (connectError instanceof ConfigError || connectError instanceof RequestError) {
    details.push(toDetail('BadRequest', toBadRequest(connectError.violations)));
  }
  if (connectError.isRetriable) details.push(toDetail('RetryInfo', { retryDelay } satisfies RetryInfo));
  const rpcStatus: RpcStatus = { code: grpc, message: connectError.message, details };
  const metadata = new Metadata();
  metadata.set(detailsKey, encode('Status', rpcStatus));
  return { code: grpc, details: connectError.message, metadata };
}

/**
 * The error that ended a call, as it was thrown on the other side.
 *
 * @param fallback code of an error that says nothing of Millrace, such as a broken connection; DEADLINE_EXCEEDED keeps its own.
 */
export function fromGrpcError(error: ServiceError, fallback: ErrorCodeName = 'PLUGIN_CALL_FAILED'): ConnectError {
  const details = readDetails(error);
  const info = details.info;
  const options = { cause: error, details: Object.fromEntries(info?.metadata ?? []) };
  if (info !== undefined && isErrorCode(info.reason)) {
    const { violations } = details;
    if (info.reason === 'CONFIG_INVALID') return new ConfigError(error.details, violations, options);
    // Its message says nothing but its violations.
    if (info.reason === 'REQUEST_INVALID' && violations.length > 0) return new RequestError(violations, options);
    return new ConnectError(info.reason, error.details, options);
  }
  if (error.code === grpcStatus.DEADLINE_EXCEEDED) {
    return new ConnectError('DEADLINE_EXCEEDED', `Call timed out: ${error.details}`, options);
  }
  // grpc-js and gRPC's C core, thus Python and others, say it in the same words.
  if (error.code === grpcStatus.RESOURCE_EXHAUSTED && error.details.includes('message larger than max')) {
    return new ConnectError('MESSAGE_TOO_LARGE', error.details, options);
  }
  return new ConnectError(fallback, `${grpcStatus[error.code]}: ${error.details}`, {
    cause: error,
    details: { grpcStatus: grpcStatus[error.code], ...options.details },
  });
}

/** How grpc-js says that a call never came to the other side's code. */
const unservedTexts: readonly string[] = [
  'No connection established', // such as a connection that is refused
  'Name resolution failed',
  'Failed to start HTTP/2 stream',
  'Stream refused by server', // a stream that came after the other side said that it takes no more
];

/** The call was surely not served, because it never reached the other side's code; it can be made again whatever it asks for. */
export function isUnserved(error: ServiceError): boolean {
  return readDetails(error).info === undefined && unservedTexts.some(text => error.details.startsWith(text));
}

interface StatusDetails {
  readonly info: ErrorInfo | undefined;
  readonly violations: readonly FieldViolation[];
}

/** Details that cannot be read are as good as none: the status itself still tells the error. */
function readDetails(error: ServiceError): StatusDetails {
  const bytes = error.metadata.get(detailsKey)[0];
  if (!(bytes instanceof Buffer)) return { info: undefined, violations: [] };
  try {
    const { details } = decode<RpcStatus>('Status', bytes);
    const info = fromDetail<ErrorInfo>('ErrorInfo', details);
    const badRequest = fromDetail<BadRequest>('BadRequest', details);
    const violations = (badRequest?.fieldViolations ?? []).map(({ field, description }) => ({
      key: field,
      message: description,
    }));
    return { info: info?.domain === domain ? info : undefined, violations };
  } catch {
    return { info: undefined, violations: [] };
  }
}

function isErrorCode(reason: string): reason is ErrorCodeName {
  return Object.hasOwn(errorCodes, reason);
}

function toBadRequest(violations: readonly FieldViolation[]): BadRequest {
  return { fieldViolations: violations.map(({ key, message }) => ({ field: key, description: message })) };
}

function toDetail(name: string, message: object): RpcDetail {
  return { type_url: typeUrlPrefix + name, value: encode(name, message) };
}

function fromDetail<T>(name: string, details: readonly RpcDetail[]): T | undefined {
  const detail = details.find(({ type_url }) => type_url === typeUrlPrefix + name);
  return detail === undefined ? undefined : decode<T>(name, detail.value);
}

function encode(name: string, message: object): Buffer {
  const type = statusProtoType(name);
  return Buffer.from(type.encode(toProto(type, message)).finish());
}

function decode<T>(name: string, bytes: Uint8Array): T {
  const type = statusProtoType(name);
  // T is the plain form of `name`: both stand side by side in every call above.
  return fromProto(type, type.decode(bytes)) as T;
}
