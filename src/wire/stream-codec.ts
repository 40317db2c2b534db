/**
 * The four message types of the task streams. Batches are not decoded: they come out as a range of the received message, for
 * {@link BatchReader}, and go in through {@link BatchWriter}.
 *
 * Buffers that an identity deserializer of @grpc/grpc-js hands out may be kept: on both sides its `StreamDecoder` puts every
 * message together with `Buffer.concat`, the message is the slice after the five bytes of the frame, and nothing writes to it
 * afterwards. Only a message below 4 KiB shares its memory, with Node's 8 KiB pool.
 */
import type { BatchRange } from './data-messages.ts';
import { decodeMessage, encodeMessage } from './message-codec.ts';
import type { SinkDown, SinkDownControl, SinkUp } from './sink-messages.ts';
import type { SourceDown, SourceUp, SourceUpControl } from './source-messages.ts';
import { WireCursor } from './wire-cursor.ts';

/** Field numbers of the batch in `SourceUp` and `SinkDown`. */
export const batchField = { sourceUp: 3, sinkDown: 4 } as const;

/** @throws {ConnectError} WIRE_MALFORMED. */
export function decodeSourceUp(bytes: Buffer): SourceUp {
  const batch = findBatch(bytes, batchField.sourceUp);
  if (batch !== undefined) return { kind: 'batch', batch };
  return decodeMessage('SourceUp', bytes).m ?? { kind: 'unknown' };
}

export function encodeSourceUp(message: SourceUpControl): Buffer {
  return encodeMessage('SourceUp', { m: message });
}

/** @throws {ConnectError} WIRE_MALFORMED. */
export function decodeSourceDown(bytes: Buffer): SourceDown {
  return decodeMessage('SourceDown', bytes).m ?? { kind: 'unknown' };
}

export function encodeSourceDown(message: Exclude<SourceDown, { kind: 'unknown' }>): Buffer {
  return encodeMessage('SourceDown', { m: message });
}

/** @throws {ConnectError} WIRE_MALFORMED. */
export function decodeSinkUp(bytes: Buffer): SinkUp {
  return decodeMessage('SinkUp', bytes).m ?? { kind: 'unknown' };
}

export function encodeSinkUp(message: Exclude<SinkUp, { kind: 'unknown' }>): Buffer {
  return encodeMessage('SinkUp', { m: message });
}

/** @throws {ConnectError} WIRE_MALFORMED. */
export function decodeSinkDown(bytes: Buffer): SinkDown {
  const batch = findBatch(bytes, batchField.sinkDown);
  if (batch !== undefined) return { kind: 'batch', batch };
  return decodeMessage('SinkDown', bytes).m ?? { kind: 'unknown' };
}

export function encodeSinkDown(message: SinkDownControl): Buffer {
  return encodeMessage('SinkDown', { m: message });
}

/** Where the batch lies, if that is what the message holds: of several cases the last one counts, as everywhere in protobuf. */
function findBatch(bytes: Buffer, field: number): BatchRange | undefined {
  const cursor = new WireCursor(bytes, 0, bytes.length);
  let batch: BatchRange | undefined;
  while (!cursor.atEnd) {
    const tag = cursor.readUint32();
    if (tag === ((field << 3) | 2)) {
      const end = cursor.readLengthEnd();
      batch = { buffer: bytes, start: cursor.position, end };
      cursor.position = end;
    } else {
      batch = undefined;
      cursor.skip(tag);
    }
  }
  return batch;
}
