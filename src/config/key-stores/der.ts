import { damaged } from './key-store.ts';

/** One element of ASN.1 in DER, or in BER, which some tools write PKCS12 in. What asks for its content checks the tag. */
export class DerElement {
  readonly tag: number;
  readonly content: Buffer;
  /** The element with its tag and length. */
  readonly encoded: Buffer;

  constructor(parts: { readonly tag: number; readonly content: Buffer; readonly encoded: Buffer }) {
    this.tag = parts.tag;
    this.content = parts.content;
    this.encoded = parts.encoded;
  }

  /** The elements of one that is made of others. */
  children(): readonly DerElement[] {
    if ((this.tag & constructed) === 0) throw damaged('a single value stands where several belong');
    const children: DerElement[] = [];
    for (let rest = this.content; rest.length > 0;) {
      const child = parseDer(rest);
      children.push(child);
      rest = rest.subarray(child.encoded.length);
    }
    return children;
  }

  /** The element at this place. */
  child(index: number): DerElement {
    const child = this.children()[index];
    if (child === undefined) throw damaged('a part is missing');
    return child;
  }

  /** Content of an OCTET STRING, or of one whose tag was replaced by [0]; in BER it may be in pieces, and these in pieces again. */
  octets(depth = 0): Buffer {
    const tag = this.tag & ~constructed;
    if (tag !== tags.octetString && tag !== contextSpecific) throw damaged('bytes are missing');
    if (tag === this.tag) return this.content;
    boundDepth(depth);
    return Buffer.concat(this.children().map(piece => piece.octets(depth + 1)));
  }

  /** A whole number of up to four bytes. */
  int(): number {
    const { content } = this;
    if (this.tag !== tags.integer || content.length === 0) throw damaged('a number is missing');
    if (content.length > 4) throw damaged('a number is too large');
    return content.readIntBE(0, content.length);
  }

  /** An OBJECT IDENTIFIER in dots. */
  oid(): string {
    if (this.tag !== tags.oid) throw damaged('an object identifier is missing');
    const arcs: number[] = [];
    let arc = 0;
    for (const byte of this.content) {
      arc = arc * 128 + (byte & 0x7f);
      if (byte >= 0x80) continue;
      if (arcs.length === 0) arcs.push(Math.min(Math.floor(arc / 40), 2));
      arcs.push(arcs.length === 1 ? arc - 40 * (arcs[0] ?? 0) : arc);
      arc = 0;
    }
    return arcs.join('.');
  }
}

/** How deep elements may nest whose length is not told, and pieces of bytes (I7). */
const maxDepth = 32;

function boundDepth(depth: number): void {
  if (depth >= maxDepth) throw damaged('its elements are nested too deeply');
}

/**
 * The element that bytes start with.
 *
 * @throws {KeyStoreError} for bytes that end within it.
 */
export function parseDer(bytes: Buffer, depth = 0): DerElement {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined) throw damaged('it ends too early');
  if (first === untold) return parseUntilEnd(bytes, tag, depth);
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (lengthBytes > 4) throw damaged('a length is too large');
  const start = 2 + lengthBytes;
  if (bytes.length < start) throw damaged('it ends too early');
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(2, lengthBytes);
  if (bytes.length < start + length) throw damaged('it ends too early');
  const encoded = bytes.subarray(0, start + length);
  return new DerElement({ tag, content: encoded.subarray(start), encoded });
}

/** In BER two zeros may end an element that is made of others, in place of a length at its start. */
function parseUntilEnd(bytes: Buffer, tag: number, depth: number): DerElement {
  boundDepth(depth);
  let end = 2;
  while (bytes[end] !== 0 || bytes[end + 1] !== 0) end += parseDer(bytes.subarray(end), depth + 1).encoded.length;
  return new DerElement({ tag, content: bytes.subarray(2, end), encoded: bytes.subarray(0, end + 2) });
}

const untold = 0x80;
const constructed = 0x20;
const contextSpecific = 0x80;
const tags = { integer: 0x02, octetString: 0x04, oid: 0x06 };
