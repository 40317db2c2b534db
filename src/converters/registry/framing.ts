/** Kafka's bytes of data whose schema a registry has: a zero, the schema's id in four bytes, then the data. */
import { ConnectError } from '../../errors/connect-error.ts';

/** Bytes before the data. */
export const frameBytes = 5;

/** Writes the frame for a schema at the start of a buffer. */
export function writeFrame(target: Buffer, schemaId: number): void {
  target.writeUInt8(0, 0);
  target.writeInt32BE(schemaId, 1);
}

/** Id of the schema of framed data. @throws {ConnectError} DATA_INVALID for bytes without a frame. */
export function readFrame(source: Buffer, start: number, end: number): number {
  if (end - start < frameBytes) {
    throw new ConnectError(
      'DATA_INVALID',
      `Data of a schema registry has at least ${frameBytes} bytes, not ${end - start}`,
    );
  }
  const magic = source[start];
  if (magic !== 0)
    throw new ConnectError('DATA_INVALID', `Unknown magic byte ${String(magic)}; the data has no schema id`);
  return source.readInt32BE(start + 1);
}
