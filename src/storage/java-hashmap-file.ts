/**
 * The Java object stream that Kafka Connect standalone keeps its offsets in: one `HashMap<byte[], byte[]>`, as
 * `ObjectOutputStream` writes it. Read and written here so that a worker can be swapped in place, both ways.
 *
 * ```
 * file      => AC ED 00 05  73 hashMap  loadFactor:float  threshold:int  77 08 buckets:int32 size:int32  (element element)*size  78
 * hashMap   => 72 "java.util.HashMap" serialVersionUID flags fields 78 70          always the same bytes, see `hashMapClass`
 * element   => 70                                 null
 *            | 75 byteArray length:int32 bytes    a byte array
 *            | 71 handle:int32                    the array that was written before under this handle
 * byteArray => 72 "[B" serialVersionUID flags no-fields 78 70                      the first time, see `byteArrayClass`
 *            | 71 00 7E 00 02                                                      afterwards
 * ```
 * Handles count up from 007E0000: the map's class, the map, the array's class, then every array.
 *
 * @see `FileOffsetBackingStore` in Kafka Connect; Java Object Serialization Specification, chapter 6.
 */

/** One mapping. Kafka Connect writes null values for removed offsets, and may hold a null key. */
export interface HashMapEntry {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
}

/** Bytes that are not the object stream of a `HashMap<byte[], byte[]>`; the message tells what and where. */
export class JavaStreamError extends Error {
  override readonly name = 'JavaStreamError';
}

const magic = Buffer.from('aced0005', 'hex');
const hashMapClass = Buffer.concat([
  Buffer.from('72', 'hex'),
  javaText('java.util.HashMap'),
  Buffer.from('0507dac1c31660d1030002', 'hex'),
  Buffer.from('46', 'hex'),
  javaText('loadFactor'),
  Buffer.from('49', 'hex'),
  javaText('threshold'),
  Buffer.from('7870', 'hex'),
]);
const byteArrayClass = Buffer.concat([
  Buffer.from('72', 'hex'),
  javaText('[B'),
  Buffer.from('acf317f8060854e00200007870', 'hex'),
]);
const byteArrayHandle = Buffer.from('71007e0002', 'hex');
const tag = { null: 0x70, reference: 0x71, object: 0x73, array: 0x75, blockData: 0x77, endBlockData: 0x78 } as const;
const firstArrayHandle = 0x7e0003;
/** Shortest mapping: two nulls. */
const entryBytesMin = 2;

/**
 * Reads a map. The arrays are views of `bytes`.
 *
 * @returns mappings in the order of the file; keys may repeat only if the file is not Kafka Connect's.
 * @throws {JavaStreamError} for anything else than exactly one whole map.
 */
export function decodeHashMap(bytes: Uint8Array): readonly HashMapEntry[] {
  return new Decoder(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)).decode();
}

/** Writes a map so that `ObjectInputStream.readObject` answers it. */
export function encodeHashMap(entries: readonly HashMapEntry[]): Buffer {
  const buckets = bucketCount(entries.length);
  const head = Buffer.alloc(18);
  head.writeFloatBE(0.75, 0);
  head.writeInt32BE(entries.length === 0 ? 0 : buckets * 0.75, 4);
  head.writeUInt8(tag.blockData, 8);
  head.writeUInt8(8, 9);
  head.writeInt32BE(buckets, 10);
  head.writeInt32BE(entries.length, 14);
  const parts: Uint8Array[] = [magic, Buffer.of(tag.object), hashMapClass, head];
  let arrayCount = 0;
  for (const element of entries.flatMap(entry => [entry.key, entry.value])) {
    if (element === null) {
      parts.push(Buffer.of(tag.null));
      continue;
    }
    const length = Buffer.alloc(4);
    length.writeInt32BE(element.byteLength);
    parts.push(Buffer.of(tag.array), arrayCount === 0 ? byteArrayClass : byteArrayHandle, length, element);
    arrayCount += 1;
  }
  parts.push(Buffer.of(tag.endBlockData));
  return Buffer.concat(parts);
}

/** Table size of a Java HashMap that was filled one by one: doubled whenever more than three quarters are used. */
function bucketCount(size: number): number {
  let buckets = 16;
  while (size > buckets * 0.75) buckets *= 2;
  return buckets;
}

/** Modified UTF-8 of an ASCII text, with its length before it. */
function javaText(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  return Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 0xff), bytes]);
}

class Decoder {
  readonly #bytes: Buffer;
  #at = 0;
  readonly #arrays: Uint8Array[] = [];

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  decode(): readonly HashMapEntry[] {
    this.#readHeader();
    this.#take(8, 'the load factor of the map');
    if (this.#take(1, 'the size of the map').readUInt8() !== tag.blockData)
      throw this.#unexpected('the size of the map');
    if (this.#take(1, 'the size of the map').readUInt8() !== 8) throw this.#unexpected('the size of the map');
    this.#take(4, 'the size of the map');
    const size = this.#take(4, 'the size of the map').readInt32BE();
    if (size < 0) throw this.#unexpected('the size of the map');
    if (size * entryBytesMin > this.#bytes.length - this.#at) {
      throw new JavaStreamError(
        `it tells of ${size} offsets, but ends at byte ${this.#bytes.length} before they can be complete`,
      );
    }
    const entries: HashMapEntry[] = [];
    for (let index = 0; index < size; index += 1) {
      const which = `offset ${index + 1} of ${size}`;
      entries.push({ key: this.#readElement(which), value: this.#readElement(which) });
    }
    if (this.#take(1, 'the end of the map').readUInt8() !== tag.endBlockData)
      throw this.#unexpected('the end of the map');
    if (this.#at !== this.#bytes.length) {
      throw new JavaStreamError(`${this.#bytes.length - this.#at} more bytes follow its end at byte ${this.#at}`);
    }
    return entries;
  }

  #readHeader(): void {
    if (this.#bytes.length === 0) throw new JavaStreamError('it is empty (0 bytes)');
    if (!this.#bytes.subarray(0, magic.length).equals(magic.subarray(0, this.#bytes.length))) {
      throw new JavaStreamError('it does not start with AC ED 00 05 as a Java object stream does');
    }
    this.#take(magic.length, 'the stream header');
    if (this.#take(1, 'the map').readUInt8() !== tag.object) throw this.#unexpected('a map');
    const classBytes = this.#take(Math.min(hashMapClass.length, this.#bytes.length - this.#at), 'the class');
    if (!classBytes.equals(hashMapClass.subarray(0, classBytes.length))) {
      throw new JavaStreamError('the object that it holds is not a java.util.HashMap');
    }
    if (classBytes.length < hashMapClass.length) throw this.#ended('the class of the map');
  }

  #readElement(which: string): Uint8Array | null {
    const kind = this.#take(1, which).readUInt8();
    switch (kind) {
      case tag.null:
        return null;
      case tag.reference: {
        const array = this.#arrays[this.#take(4, which).readUInt32BE() - firstArrayHandle];
        if (array === undefined) throw this.#unexpected(which);
        return array;
      }
      case tag.array: {
        const form = this.#arrays.length === 0 ? byteArrayClass : byteArrayHandle;
        if (!this.#take(form.length, which).equals(form)) throw this.#unexpected(`a byte array in ${which}`);
        const length = this.#take(4, which).readInt32BE();
        if (length < 0) throw this.#unexpected(which);
        const array = this.#take(length, which);
        this.#arrays.push(array);
        return array;
      }
      default:
        throw this.#unexpected(which);
    }
  }

  #take(length: number, what: string): Buffer {
    if (this.#at + length > this.#bytes.length) throw this.#ended(what);
    const taken = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return taken;
  }

  #ended(what: string): JavaStreamError {
    return new JavaStreamError(`it ends at byte ${this.#bytes.length}, in the middle of ${what}`);
  }

  #unexpected(what: string): JavaStreamError {
    return new JavaStreamError(`${what} was expected just before byte ${this.#at}, but something else stands there`);
  }
}
