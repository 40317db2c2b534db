/**
 * Turns what the Kafka clients throw and what brokers answer into {@link ConnectError}s, and says which of them pass by
 * themselves. The only file that reads errors of @platformatic/kafka.
 */

import {
  AuthenticationError,
  MultipleErrors,
  NetworkError,
  ProtocolError,
  protocolErrors,
  TimeoutError,
  UnexpectedCorrelationIdError,
} from '@platformatic/kafka';
import type { ErrorCodeName } from '../errors/codes.ts';
import { ConnectError, messageOf } from '../errors/connect-error.ts';

/** Kafka's error codes that this folder branches on (`org.apache.kafka.common.protocol.Errors`). */
export const KafkaError = {
  NONE: 0,
  OFFSET_OUT_OF_RANGE: 1,
  UNKNOWN_TOPIC_OR_PARTITION: 3,
  LEADER_NOT_AVAILABLE: 5,
  NOT_LEADER_OR_FOLLOWER: 6,
  MESSAGE_TOO_LARGE: 10,
  INVALID_TOPIC_EXCEPTION: 17,
  RECORD_LIST_TOO_LARGE: 18,
  OUT_OF_ORDER_SEQUENCE_NUMBER: 45,
  DUPLICATE_SEQUENCE_NUMBER: 46,
  INVALID_PRODUCER_EPOCH: 47,
  INVALID_PRODUCER_ID_MAPPING: 49,
  UNKNOWN_PRODUCER_ID: 59,
  NON_EMPTY_GROUP: 68,
  GROUP_ID_NOT_FOUND: 69,
  FENCED_LEADER_EPOCH: 74,
  UNKNOWN_LEADER_EPOCH: 75,
  GROUP_SUBSCRIBED_TO_TOPIC: 86,
  PRODUCER_FENCED: 90,
} as const;

/** What Kafka's error table says about one code. */
export interface KafkaErrorInfo {
  readonly name: string;
  readonly code: number;
  readonly message: string;
  /** The same request may succeed later. */
  readonly isRetriable: boolean;
  /** The client looked in the wrong place: ask for metadata again before retrying. */
  readonly hasStaleMetadata: boolean;
}

/** Codes whose cause is that our view of the cluster is old (`InvalidMetadataException` in Kafka's clients). */
const staleMetadataNames = new Set([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_OR_FOLLOWER',
  'REPLICA_NOT_AVAILABLE',
  'KAFKA_STORAGE_ERROR',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'LISTENER_NOT_FOUND',
  'NETWORK_EXCEPTION',
  'UNKNOWN_TOPIC_ID',
  'INCONSISTENT_TOPIC_ID',
]);

const infoByCode = new Map<number, KafkaErrorInfo>(
  Object.values(protocolErrors).map(({ id, code, message, canRetry }) => [
    code,
    { name: id, code, message, isRetriable: canRetry, hasStaleMetadata: staleMetadataNames.has(id) },
  ]),
);

/** Looks a broker's error code up; a code that this table does not know is not retriable. */
export function kafkaErrorInfo(code: number): KafkaErrorInfo {
  return (
    infoByCode.get(code) ?? {
      name: `ERROR_${code}`,
      code,
      message: 'The broker answered an error code that this client does not know.',
      isRetriable: false,
      hasStaleMetadata: false,
    }
  );
}

/**
 * A broker's error code as an error.
 *
 * @param doing what was being done, as the start of the sentence: `Producing to 'orders-3'`.
 * @param detail the broker's own words, if it sent any.
 */
export function fromKafkaErrorCode(code: number, doing: string, detail?: string | null): ConnectError {
  const info = kafkaErrorInfo(code);
  const reason = detail === undefined || detail === null || detail === '' ? info.message : detail;
  return new ConnectError(codeNameOf(info), `${doing} failed with ${info.name}: ${reason}`, {
    details: { kafka_error: info.name, kafka_error_code: String(info.code) },
  });
}

/**
 * Anything that a call on a connection threw, as an error.
 *
 * @param doing as in {@link fromKafkaErrorCode}.
 */
export function fromKafkaClientError(error: unknown, doing: string): ConnectError {
  if (error instanceof ConnectError) return error;
  if (error instanceof MultipleErrors) {
    const inner: unknown = error.errors.find(one => one instanceof ProtocolError) ?? error.errors[0];
    return inner === undefined ? wrap('KAFKA_REQUEST_FAILED', doing, error) : fromKafkaClientError(inner, doing);
  }
  if (error instanceof ProtocolError) {
    const apiCode: unknown = error['apiCode'];
    const serverErrorMessage: unknown = error['serverErrorMessage'];
    return fromKafkaErrorCode(
      typeof apiCode === 'number' ? apiCode : -1,
      doing,
      typeof serverErrorMessage === 'string' ? serverErrorMessage : null,
    );
  }
  if (error instanceof AuthenticationError) return wrap('KAFKA_AUTHORIZATION', doing, error);
  if (isConnectionLoss(error)) return wrap('KAFKA_UNAVAILABLE', doing, error);
  return wrap('KAFKA_REQUEST_FAILED', doing, error);
}

/** Whether a request failed on its way, so that nobody knows if the broker carried it out. */
export function isConnectionLoss(error: unknown): boolean {
  return (
    error instanceof NetworkError || error instanceof TimeoutError || error instanceof UnexpectedCorrelationIdError
  );
}

function wrap(code: ErrorCodeName, doing: string, cause: unknown): ConnectError {
  return new ConnectError(code, `${doing} failed: ${rootMessage(cause)}`, { cause });
}

function rootMessage(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? messageOf(error) : `${messageOf(error)} ${rootMessage(cause)}`;
}

function codeNameOf(info: KafkaErrorInfo): ErrorCodeName {
  if (info.name.endsWith('AUTHORIZATION_FAILED') || info.name === 'SASL_AUTHENTICATION_FAILED') {
    return 'KAFKA_AUTHORIZATION';
  }
  switch (info.code) {
    case KafkaError.MESSAGE_TOO_LARGE:
    case KafkaError.RECORD_LIST_TOO_LARGE:
      return 'MESSAGE_TOO_LARGE';
    case KafkaError.INVALID_PRODUCER_EPOCH:
    case KafkaError.PRODUCER_FENCED:
      return 'KAFKA_FENCED';
    case KafkaError.NON_EMPTY_GROUP:
    case KafkaError.GROUP_SUBSCRIBED_TO_TOPIC:
      return 'KAFKA_GROUP_NOT_EMPTY';
    default:
      return info.isRetriable ? 'KAFKA_REQUEST_RETRIABLE' : 'KAFKA_REQUEST_FAILED';
  }
}
