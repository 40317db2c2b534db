/** Texts of Java's key stores: two bytes for each UTF-16 unit, the higher one first. */

/** The bytes of a text. */
export function toUtf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

/** The text of bytes; an odd one at their end does not count. */
export function fromUtf16(bytes: Buffer): string {
  return Buffer.from(bytes.subarray(0, bytes.length & ~1))
    .swap16()
    .toString('utf16le');
}
