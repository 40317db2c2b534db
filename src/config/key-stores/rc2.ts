/** RC2 in CBC mode (RFC 2268), which Java protected the certificates of PKCS12 files with before Java 17 and OpenSSL does not have any more. */

const table = Buffer.from(
  'd978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82' +
    '54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb6266fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7' +
    '08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ecc2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731' +
    '2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a90d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad',
  'hex',
);
const blockBytes = 8;
/** How far each of a block's four words is turned in a round. */
const turns = [1, 2, 3, 5] as const;

/**
 * Decrypts whole blocks. All bits of the key count; padding is left in place.
 *
 * @param encrypted a multiple of 8 bytes.
 */
export function decryptRc2Cbc(options: {
  readonly key: Buffer;
  readonly iv: Buffer;
  readonly encrypted: Buffer;
}): Buffer {
  const { encrypted } = options;
  const words = expandKey(options.key);
  const plain = Buffer.alloc(encrypted.length);
  let previous = options.iv;
  for (let start = 0; start < encrypted.length; start += blockBytes) {
    const block = encrypted.subarray(start, start + blockBytes);
    decryptBlock(block, words).forEach((word, index) => {
      plain.writeUInt16LE(word ^ previous.readUInt16LE(2 * index), start + 2 * index);
    });
    previous = block;
  }
  return plain;
}

/** 64 words of two bytes. */
function expandKey(key: Buffer): Uint16Array {
  const bytes = Buffer.alloc(128);
  key.copy(bytes);
  const at = (index: number): number => table.readUInt8(index & 0xff);
  for (let index = key.length; index < 128; index += 1) {
    bytes.writeUInt8(at(bytes.readUInt8(index - 1) + bytes.readUInt8(index - key.length)), index);
  }
  bytes.writeUInt8(at(bytes.readUInt8(128 - key.length)), 128 - key.length);
  for (let index = 127 - key.length; index >= 0; index -= 1) {
    bytes.writeUInt8(at(bytes.readUInt8(index + 1) ^ bytes.readUInt8(index + key.length)), index);
  }
  return Uint16Array.from({ length: 64 }, (_, index) => bytes.readUInt16LE(2 * index));
}

function decryptBlock(block: Buffer, words: Uint16Array): Uint16Array {
  const parts = Uint16Array.from([0, 2, 4, 6], offset => block.readUInt16LE(offset));
  const part = (index: number): number => parts[index & 3] ?? 0;
  const word = (index: number): number => words[index] ?? 0;
  for (let round = 15; round >= 0; round -= 1) {
    for (let index = 3; index >= 0; index -= 1) {
      const turn = turns[index] ?? 0;
      const turned = (part(index) >>> turn) | (part(index) << (16 - turn));
      const mixed = (part(index - 1) & part(index - 2)) + (~part(index - 1) & part(index - 3));
      parts[index] = turned - word(4 * round + index) - mixed;
    }
    if (round !== 5 && round !== 11) continue;
    for (let index = 3; index >= 0; index -= 1) parts[index] = part(index) - word(part(index - 1) & 63);
  }
  return parts;
}
