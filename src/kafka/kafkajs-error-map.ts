/** Turns what kafkajs throws into {@link ConnectError}s. The only file that reads its errors. */

import { ConnectError, messageOf } from '../errors/connect-error.ts';
import { fromKafkaErrorCode, kafkaErrorInfo } from './error-map.ts';

/** Errors of kafkajs that mean: the broker could not be asked, or did not answer. */
const unavailableNames = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  'KafkaJSGroupCoordinatorNotFound',
  'KafkaJSMetadataNotLoaded',
  'KafkaJSNoBrokerAvailableError',
  'KafkaJSLockTimeout',
  'KafkaJSTimeout',
]);

/**
 * Kafka's error code in what kafkajs threw.
 *
 * @returns null when no broker answered one: the connection failed, or kafkajs itself did.
 */
export function kafkajsErrorCode(error: unknown): number | null {
  for (const one of causesOf(error)) {
    const groupCode = groupErrorCode(one);
    if (groupCode !== null) return groupCode;
    if ('type' in one && typeof one.type === 'string' && 'code' in one && typeof one.code === 'number') return one.code;
  }
  return null;
}

/**
 * What kafkajs threw, as an error of ours.
 *
 * @param doing what was being done, as the start of the sentence: `Joining group 'connect-a'`.
 */
export function fromKafkajsError(error: unknown, doing: string): ConnectError {
  if (error instanceof ConnectError) return error;
  const code = kafkajsErrorCode(error);
  if (code !== null) return withCause(fromKafkaErrorCode(code, doing), error);
  const isUnavailable = causesOf(error).some(one => unavailableNames.has(one.name));
  const name = isUnavailable ? 'KAFKA_UNAVAILABLE' : 'KAFKA_REQUEST_FAILED';
  return new ConnectError(name, `${doing} failed: ${messageOf(error)}`, { cause: error });
}

/** Whether the same call may succeed later, perhaps at another broker. */
export function isPassing(error: ConnectError, kafkaCode: number | null): boolean {
  if (error.isRetriable) return true;
  return kafkaCode !== null && kafkaErrorInfo(kafkaCode).hasStaleMetadata;
}

/** Deleting groups fails with a code per group, in an error that looks like no other. */
function groupErrorCode(error: Error): number | null {
  if (!('groups' in error) || !Array.isArray(error.groups)) return null;
  const first: unknown = error.groups[0];
  if (typeof first !== 'object' || first === null || !('errorCode' in first)) return null;
  return typeof first.errorCode === 'number' ? first.errorCode : null;
}

function withCause(error: ConnectError, cause: unknown): ConnectError {
  return new ConnectError(error.code, error.message, { details: error.details, cause });
}

/** The error and what it says led to it; kafkajs wraps, and its aggregates hold several. */
function causesOf(error: unknown): readonly Error[] {
  const found: Error[] = [];
  let next: unknown = error;
  while (next instanceof Error && found.length < 10) {
    found.push(next);
    const inner: unknown = 'errors' in next && Array.isArray(next.errors) ? next.errors[0] : undefined;
    next = inner ?? next.cause;
  }
  return found;
}
