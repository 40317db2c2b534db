import type { ConnectError } from '../errors/connect-error.ts';
import { fromKafkaErrorCode, KafkaError, kafkaErrorInfo } from './error-map.ts';

/** What a broker's answer to one batch calls for. */
export type ProduceVerdict =
  /** The batch is written. */
  | { readonly kind: 'acked' }
  /** Send it again; first ask for metadata if that may be the reason. */
  | { readonly kind: 'retry'; readonly error: ConnectError; readonly hasStaleMetadata: boolean }
  /** The broker's and our sequence numbers differ. */
  | { readonly kind: 'out-of-sequence'; readonly error: ConnectError }
  /** The batch is larger than the topic allows, but its records may not be. */
  | { readonly kind: 'too-large'; readonly error: ConnectError }
  /** No retry will help. */
  | { readonly kind: 'failed'; readonly error: ConnectError };

/** Errors that end a producer's numbering, and are mended by a new producer id. */
const sequenceErrors: ReadonlySet<number> = new Set([
  KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER,
  KafkaError.UNKNOWN_PRODUCER_ID,
  KafkaError.INVALID_PRODUCER_EPOCH,
  KafkaError.INVALID_PRODUCER_ID_MAPPING,
]);

/**
 * Judges a broker's error code for one batch.
 *
 * @param partition its name, such as `orders-3`.
 * @see `Sender#completeBatch` in Kafka's producer.
 */
export function judgeProduceAnswer(
  partition: string,
  answer: { readonly errorCode: number; readonly errorMessage: string | null },
  isIdempotent: boolean,
): ProduceVerdict {
  const { errorCode, errorMessage } = answer;
  // A batch that the broker already has was written by an earlier try whose answer got lost.
  if (errorCode === KafkaError.NONE || errorCode === KafkaError.DUPLICATE_SEQUENCE_NUMBER) return { kind: 'acked' };
  const error = fromKafkaErrorCode(errorCode, `Producing to '${partition}'`, errorMessage);
  if (isIdempotent && sequenceErrors.has(errorCode)) return { kind: 'out-of-sequence', error };
  if (errorCode === KafkaError.MESSAGE_TOO_LARGE) return { kind: 'too-large', error };
  const info = kafkaErrorInfo(errorCode);
  if (info.isRetriable) return { kind: 'retry', error, hasStaleMetadata: info.hasStaleMetadata };
  return { kind: 'failed', error };
}
