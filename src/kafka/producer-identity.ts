import { createAPI, Writer } from '@platformatic/kafka';

/** A producer id and its epoch, as a broker gave them out. The same object for all who were given the same. */
export interface ProducerIdentity {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

/** Answer to {@link initProducerIdApi}. */
export interface InitProducerIdAnswer extends ProducerIdentity {
  readonly errorCode: number;
}

/**
 * Asks any broker for a new producer id without transactions. Version 4:
 *
 * ```
 * Request  => transactional_id transaction_timeout_ms producer_id producer_epoch
 * Response => throttle_time_ms error_code producer_id producer_epoch
 * ```
 */
export const initProducerIdApi = createAPI<[], InitProducerIdAnswer>(
  22,
  4,
  () =>
    Writer.create().appendString(null).appendInt32(0x7fffffff).appendInt64(-1n).appendInt16(-1).appendTaggedFields(),
  (_correlationId, _apiKey, _apiVersion, reader) => {
    reader.readInt32();
    return { errorCode: reader.readInt16(), producerId: reader.readInt64(), producerEpoch: reader.readInt16() };
  },
);
