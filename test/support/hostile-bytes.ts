/** Bytes as a broken or malicious sender would have them: noise, good bytes that were cut, changed, repeated or joined wrongly. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ConnectError } from '../../src/errors/connect-error.ts';
import { checkProperty } from './check-property.ts';

/** A decoder under test. */
export interface HostileRun {
  /** Good bytes, to be spoilt. */
  readonly samples: readonly Uint8Array[];
  /** Decodes to the end, all that is lazy included. */
  readonly decode: (bytes: Buffer) => void;
  /** Repairs what a checksum would otherwise catch before the decoder sees it. */
  readonly seal?: (bytes: Buffer) => Buffer;
  readonly runs?: number;
}

/** What a decoder may keep or allocate for a few hundred bytes. */
const memoryMax = 64 * 1024 * 1024;

/** Longest that a decoder may take for a few hundred bytes; far above what a loaded machine needs. */
const durationMaxMs = 5000;

/** Feeds a decoder hostile bytes. It takes them or refuses them with a ConnectError, in bounded time and memory (I7). */
export function checkDecoder({ samples, decode, seal = bytes => bytes, runs = 1500 }: HostileRun): void {
  for (const sample of samples) decode(Buffer.from(sample));
  const inputs = hostileBytes(samples).map(seal);
  checkProperty(inputs, bytes => assertSurvives(bytes, decode), { runs });
}

/** Fails unless the decoder takes the bytes or refuses them with a ConnectError, in bounded time and memory. */
export function assertSurvives(bytes: Buffer, decode: (bytes: Buffer) => void): void {
  const [startMs, startMemory] = [performance.now(), process.memoryUsage()];
  try {
    decode(bytes);
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    assert.notEqual(error.message, '');
  }
  const memory = process.memoryUsage();
  assert.ok(performance.now() - startMs < durationMaxMs, 'the decoder took too long');
  assert.ok(memory.arrayBuffers - startMemory.arrayBuffers < memoryMax, 'the decoder allocated too many bytes');
  assert.ok(memory.heapUsed - startMemory.heapUsed < memoryMax, 'the decoder made too many objects');
}

function hostileBytes(samples: readonly Uint8Array[]): fc.Arbitrary<Buffer> {
  const noise = fc.uint8Array({ maxLength: 120 }).map(bytes => Buffer.from(bytes));
  if (samples.length === 0) return noise;
  const sample = fc.constantFrom(...samples).map(bytes => Buffer.from(bytes));
  const place = fc.double({ min: 0, max: 1, noNaN: true });
  const cut = fc.tuple(sample, place).map(([bytes, end]) => bytes.subarray(0, Math.floor(bytes.length * end)));
  const joined = fc
    .tuple(cut, sample, place)
    .map(([head, bytes, start]) => Buffer.concat([head, bytes.subarray(Math.floor(bytes.length * start))]));
  const changed = fc
    .tuple(fc.oneof(sample, joined), fc.array(fc.tuple(place, change()), { minLength: 1, maxLength: 4 }))
    .map(([bytes, changes]) =>
      changes.reduce((now, [at, [kind, piece]]) => {
        const index = Math.floor(now.length * at);
        const rest = now.subarray(kind === 'replace' ? Math.min(now.length, index + piece.length) : index);
        return Buffer.concat([now.subarray(0, index), piece, rest]);
      }, bytes),
    );
  return fc.oneof(noise, cut, joined, { weight: 5, arbitrary: changed });
}

function change(): fc.Arbitrary<readonly ['replace' | 'insert', Buffer]> {
  const bytes = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 4 }).map(some => Buffer.from(some)),
    fc.constantFrom(...extremes),
  );
  return fc.tuple(fc.constantFrom('replace' as const, 'insert' as const), bytes);
}

/** Numbers at the ends of what lengths and counts can say, and pieces of JSON. */
const extremes: readonly Buffer[] = [
  ...[
    '7fffffff',
    '80000000',
    'ffffffff',
    '7fff',
    'ffff',
    '00',
    'feffffff0f',
    'ffffffffffffffff7f',
    'ffffffffffffffffff01',
  ].map(hex => Buffer.from(hex, 'hex')),
  ...[
    '{',
    '}',
    '[',
    ']',
    '"',
    '\\',
    ',',
    ':',
    'null',
    '-',
    '1e999999999',
    '9'.repeat(40),
    '\\ud800',
    '{"type":"struct"}',
  ].map(text => Buffer.from(text)),
];
