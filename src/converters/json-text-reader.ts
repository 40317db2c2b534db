/**
 * JSON strings to UTF-8 text, byte by byte: the way back of what `json-text.ts` writes. Reads what is spelled as expected, and
 * leaves all else, faults included, to whoever reads JSON in full.
 */
import type { ConvertedBytes, OutputBuffer } from './byte-conversion.ts';

/** Reads a JSON string that stands between two fixed pieces, such as an envelope's. */
export class JsonTextReader {
  readonly #before: Buffer;
  readonly #after: Buffer;

  /** @param pieces what stands before the opening and after the closing quote. */
  constructor(pieces: { readonly before: string; readonly after: string }) {
    this.#before = Buffer.from(`${pieces.before}"`);
    this.#after = Buffer.from(`"${pieces.after}`);
  }

  /**
   * The text between the quotes: a range of `source` where nothing is escaped, otherwise of `output`.
   *
   * @returns undefined when the bytes are not exactly the pieces around a well-formed text.
   */
  read(source: Buffer, start: number, end: number, output: OutputBuffer): ConvertedBytes | undefined {
    const textStart = start + this.#before.length;
    const textEnd = end - this.#after.length;
    if (textEnd < textStart) return undefined;
    if (!isAt(source, start, this.#before) || !isAt(source, textEnd, this.#after)) return undefined;
    const special = findSpecial(source, textStart, textEnd);
    if (special === textEnd) return output.at(source, textStart, textEnd);
    const byteLength = unescape(source, textStart, textEnd, output.reserve(textEnd - textStart));
    return byteLength < 0 ? undefined : output.finish(byteLength);
  }
}

function isAt(source: Buffer, at: number, piece: Buffer): boolean {
  for (let index = 0; index < piece.length; index += 1) {
    if (source[at + index] !== piece[index]) return false;
  }
  return true;
}

/** Bytes that do not stand for themselves within a JSON string. */
const isSpecial = new Uint8Array(256).fill(1, 0, 0x20);
isSpecial[0x22] = 1;
isSpecial[0x5c] = 1;

function findSpecial(source: Buffer, start: number, end: number): number {
  let index = start;
  while (index < end && isSpecial[source[index] ?? 0] === 0) index += 1;
  return index;
}

/** Writes the text of a JSON string to `target`, which has room for as many bytes; -1 when it is malformed. */
function unescape(source: Buffer, start: number, end: number, target: Buffer): number {
  let out = 0;
  let index = start;
  while (index < end) {
    const byte = source[index] ?? 0;
    if (isSpecial[byte] === 0) {
      target[out] = byte;
      out += 1;
      index += 1;
      continue;
    }
    const escaped = byte === 0x5c && index + 1 < end ? (source[index + 1] ?? 0) : 0;
    const plain = plainByEscape[escaped] ?? 0;
    if (plain !== 0) {
      target[out] = plain;
      out += 1;
      index += 2;
      continue;
    }
    if (escaped !== 0x75) return -1;
    const codePoint = readCodePoint(source, index, end);
    if (codePoint < 0) return -1;
    out = writeUtf8(codePoint, target, out);
    index += codePoint > 0xffff ? 12 : 6;
  }
  return out;
}

/** The byte that an escape of two characters stands for, by the second one. */
const plainByEscape = new Uint8Array(256);
for (const [letter, char] of ['""', '\\\\', '//', 'b\b', 't\t', 'n\n', 'f\f', 'r\r']) {
  plainByEscape[(letter ?? '').charCodeAt(0)] = (char ?? '').charCodeAt(0);
}

/** The character of the escape `\\uXXXX`, or of a pair of them, at `at`; -1 when it is malformed or half a pair. */
function readCodePoint(source: Buffer, at: number, end: number): number {
  const first = readCodeUnit(source, at, end);
  if (first < 0xd800 || first > 0xdfff) return first;
  const second = readCodeUnit(source, at + 6, end);
  if (first > 0xdbff || second < 0xdc00 || second > 0xdfff) return -1;
  return 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
}

function readCodeUnit(source: Buffer, at: number, end: number): number {
  if (at + 6 > end || source[at] !== 0x5c || source[at + 1] !== 0x75) return -1;
  let value = 0;
  for (let digit = 0; digit < 4; digit += 1) {
    const nibble = hexValue(source[at + 2 + digit] ?? 0);
    if (nibble < 0) return -1;
    value = value * 16 + nibble;
  }
  return value;
}

function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function writeUtf8(codePoint: number, target: Buffer, at: number): number {
  if (codePoint < 0x80) {
    target[at] = codePoint;
    return at + 1;
  }
  const length = codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
  for (let offset = length - 1; offset > 0; offset -= 1) {
    target[at + offset] = 0x80 | ((codePoint >> (6 * (length - 1 - offset))) & 0x3f);
  }
  // The leading byte has as many ones as the character has bytes.
  target[at] = ((0xf00 >> length) & 0xff) | (codePoint >> (6 * (length - 1)));
  return at + length;
}
