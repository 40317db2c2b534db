/**
 * UTF-8 text to JSON strings, byte by byte: the way of a line of a file through JsonConverter, where nothing is decoded and
 * nothing allocated per record (D2).
 */
import { ConnectError } from '../errors/connect-error.ts';
import { OutputBuffer, type ByteConversion, type ConvertedBytes } from './byte-conversion.ts';

/**
 * Wraps text as a JSON string between two fixed pieces, such as an envelope's. Escapes as Jackson does: see `quoteJson`. The
 * text is taken to be valid UTF-8, which format UTF8 promises; malformed bytes are copied.
 */
export class JsonTextWriter implements ByteConversion {
  readonly #before: Buffer;
  readonly #after: Buffer;
  readonly #output = new OutputBuffer();

  /** @param pieces what stands before the opening and after the closing quote. */
  constructor(pieces: { readonly before: string; readonly after: string }) {
    this.#before = Buffer.from(`${pieces.before}"`);
    this.#after = Buffer.from(`"${pieces.after}`);
  }

  convert(source: Buffer, start: number, end: number): ConvertedBytes {
    if (start < 0) return this.#output.finishNull();
    const growth = escapeGrowth(source, start, end);
    const byteLength = this.#before.length + (end - start) + growth + this.#after.length;
    const target = this.#output.reserve(byteLength);
    this.#before.copy(target, 0);
    if (growth === 0) source.copy(target, this.#before.length, start, end);
    else copyEscaped({ source, start, end }, target, this.#before.length);
    this.#after.copy(target, byteLength - this.#after.length);
    return this.#output.finish(byteLength);
  }
}

/** How many bytes longer a character gets by escaping, by its first byte. */
const growthByByte = new Uint8Array(256);
for (let byte = 0; byte < 0x20; byte += 1) growthByByte[byte] = 5;
for (const char of '"\\\b\t\n\f\r') growthByByte[char.charCodeAt(0)] = 1;
// Four bytes of UTF-8 become \uXXXX\uXXXX.
growthByByte.fill(8, 0xf0, 0xf5);

function escapeGrowth(source: Buffer, start: number, end: number): number {
  let growth = 0;
  for (let index = start; index < end; index += 1) growth += growthByByte[source[index] ?? 0] ?? 0;
  return growth;
}

function copyEscaped(range: { source: Buffer; start: number; end: number }, target: Buffer, at: number): void {
  const { source, start, end } = range;
  let out = at;
  for (let index = start; index < end; index += 1) {
    const byte = source[index] ?? 0;
    switch (growthByByte[byte] ?? 0) {
      case 0:
        target[out] = byte;
        out += 1;
        break;
      case 8:
        out = writeSurrogates(codePointAt(source, index, end), target, out);
        index += 3;
        break;
      default:
        out = writeEscape(byte, target, out);
    }
  }
}

function codePointAt(source: Buffer, index: number, end: number): number {
  if (index + 4 > end) throw new ConnectError('DATA_INVALID', 'A text is not valid UTF-8: it ends within a character');
  const bits = (offset: number): number => (source[index + offset] ?? 0) & 0x3f;
  return (((source[index] ?? 0) & 0x07) << 18) | (bits(1) << 12) | (bits(2) << 6) | bits(3);
}

function writeSurrogates(codePoint: number, target: Buffer, at: number): number {
  const offset = codePoint - 0x10000;
  const out = writeUnicodeEscape(0xd800 + (offset >> 10), target, at);
  return writeUnicodeEscape(0xdc00 + (offset & 0x3ff), target, out);
}

function writeEscape(byte: number, target: Buffer, at: number): number {
  const short = shortEscapes.get(byte);
  if (short === undefined) return writeUnicodeEscape(byte, target, at);
  target[at] = 0x5c;
  target[at + 1] = short;
  return at + 2;
}

function writeUnicodeEscape(codeUnit: number, target: Buffer, at: number): number {
  target[at] = 0x5c;
  target[at + 1] = 0x75;
  for (let digit = 0; digit < 4; digit += 1) {
    target[at + 2 + digit] = hexDigits.charCodeAt((codeUnit >> (12 - 4 * digit)) & 0xf);
  }
  return at + 6;
}

const hexDigits = '0123456789ABCDEF';

const shortEscapes: ReadonlyMap<number, number> = new Map(
  [
    ['"', '"'],
    ['\\', '\\'],
    ['\b', 'b'],
    ['\t', 't'],
    ['\n', 'n'],
    ['\f', 'f'],
    ['\r', 'r'],
  ].map(([char = '', letter = '']) => [char.charCodeAt(0), letter.charCodeAt(0)]),
);
