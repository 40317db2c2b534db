/**
 * The Produce request in version 9, which carries finished record batches, and unlike the client library's own tells the outcome of
 * each partition beside the others.
 *
 * ```
 * Request  => transactional_id acks(int16) timeout_ms [topics]
 *   topics => name [partitions]
 *     partitions => index records
 * Response => [responses] throttle_time_ms
 *   responses => name [partition_responses]
 *     partition_responses => index error_code base_offset log_append_time_ms log_start_offset [record_errors] error_message
 *       record_errors => batch_index batch_index_error_message
 * ```
 */

import { createAPI, Writer, type Reader } from '@platformatic/kafka';

/** One finished batch for one partition. */
export interface ProducePart {
  readonly topic: string;
  readonly partition: number;
  /** The whole record batch. */
  readonly bytes: Buffer;
}

/** Arguments of {@link produceApi}. */
export interface ProduceRequest {
  readonly acks: -1 | 0 | 1;
  /** How long the broker may wait for its replicas, ms. */
  readonly timeoutMs: number;
  /** At most one per topic partition. */
  readonly parts: readonly ProducePart[];
  /** Asked when the request is complete and would be written to the socket next; throws to keep it back. */
  assertMayGo(): void;
}

/** What became of one partition's batch. */
export interface ProducePartAnswer {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  /** The broker's words about an error, or about the first record that it refused. */
  readonly errorMessage: string | null;
}

/** Writes batches. Answers true instead of a list when `acks` is 0: no broker answers then. */
export const produceApi = createAPI<[ProduceRequest], readonly ProducePartAnswer[] | boolean>(
  0,
  9,
  createRequest,
  (_correlationId, _apiKey, _apiVersion, reader) => parseResponse(reader),
);

function createRequest(request: ProduceRequest): Writer {
  const byTopic = new Map<string, ProducePart[]>();
  for (const part of request.parts) {
    const parts = byTopic.get(part.topic);
    if (parts === undefined) byTopic.set(part.topic, [part]);
    else parts.push(part);
  }
  const writer = Writer.create()
    .appendString(null)
    .appendInt16(request.acks)
    .appendInt32(request.timeoutMs)
    .appendArray([...byTopic], (w, [topic, parts]) =>
      w.appendString(topic).appendArray(parts, (inner, part) => {
        inner.appendInt32(part.partition).appendBytes(part.bytes);
      }),
    )
    .appendTaggedFields();
  if (request.acks === 0) writer.context['noResponse'] = true;
  request.assertMayGo();
  return writer;
}

function parseResponse(reader: Reader): ProducePartAnswer[] {
  const answers: ProducePartAnswer[] = [];
  reader.readArray(topicReader => {
    const topic = topicReader.readString();
    topicReader.readArray(r => {
      answers.push(parsePart(topic, r));
    });
  });
  return answers;
}

function parsePart(topic: string, reader: Reader): ProducePartAnswer {
  const partition = reader.readInt32();
  const errorCode = reader.readInt16();
  reader.skip(3 * 8);
  const recordErrors = reader.readArray(r => r.skip(4).readNullableString());
  const errorMessage = reader.readNullableString();
  return { topic, partition, errorCode, errorMessage: recordErrors.find(text => text !== null) ?? errorMessage };
}
