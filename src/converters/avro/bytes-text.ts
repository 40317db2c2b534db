/** Bytes as Avro's JSON has them: a text of as many characters, each below U+0100. */

/** The text of the bytes. */
export function textOfBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** The bytes of the text; a character from U+0100 counts as `?`, as in Java's ISO-8859-1. */
export function bytesOfText(text: string): Buffer {
  return Buffer.from(text.replace(/[^\u0000-\u00ff]/gu, '?'), 'latin1');
}
