/** The envelope `{"schema":…,"payload":…}` of JsonConverter. */
import { ConnectError } from '../errors/connect-error.ts';
import type { JsonNode } from '../data/json-node.ts';
import { JsonReader } from '../data/json-reader.ts';
import { OutputBuffer, type ByteConversion, type ConvertedBytes } from './byte-conversion.ts';
import { JsonTextReader } from './json-text-reader.ts';

/**
 * Takes an envelope apart; its schema stays text, so that equal ones need be read only once.
 *
 * @throws {ConnectError} DATA_INVALID unless it is an object of exactly `schema` and `payload`; {@link JsonSyntaxError} unless it
 * is JSON.
 */
export function readEnvelope(text: string): { readonly schemaText: string; readonly payload: JsonNode } {
  const reader = new JsonReader(text);
  let schemaText: string | undefined;
  let payload: JsonNode | undefined;
  let hasMore = true;
  if (reader.isAtEnd()) throw notAnEnvelope();
  if (!reader.takeIf('{')) {
    reader.readValue();
    throw notAnEnvelope();
  }
  if (reader.takeIf('}')) throw notAnEnvelope();
  while (hasMore) {
    const key = reader.readString();
    reader.take(':');
    if (key === 'schema') schemaText = reader.skipValue();
    else if (key === 'payload') payload = reader.readValue();
    else throw notAnEnvelope();
    hasMore = reader.takeIf(',');
  }
  reader.take('}');
  if (schemaText === undefined || payload === undefined) throw notAnEnvelope();
  return { schemaText, payload };
}

/** Puts JSON that a plugin wrote into an envelope, unread. */
export class JsonEnvelopeWrapper implements ByteConversion {
  readonly #before: Buffer;
  readonly #output = new OutputBuffer();

  /** @param before the envelope up to the payload. */
  constructor(before: string) {
    this.#before = Buffer.from(before);
  }

  convert(source: Buffer, start: number, end: number): ConvertedBytes {
    if (start < 0) return this.#output.finishNull();
    const byteLength = this.#before.length + (end - start) + 1;
    const target = this.#output.reserve(byteLength);
    this.#before.copy(target, 0);
    source.copy(target, this.#before.length, start, end);
    target[byteLength - 1] = 0x7d;
    return this.#output.finish(byteLength);
  }
}

/** Takes plain text out of its envelope byte by byte, and leaves all that is not so simple to another conversion. */
export class EnvelopeUnwrapper implements ByteConversion {
  readonly #readers: readonly JsonTextReader[];
  readonly #otherwise: ByteConversion;
  readonly #output = new OutputBuffer();

  /** @param starts envelopes up to the payload. */
  constructor(starts: readonly string[], otherwise: ByteConversion) {
    this.#readers = starts.map(before => new JsonTextReader({ before, after: '}' }));
    this.#otherwise = otherwise;
  }

  convert(source: Buffer, start: number, end: number, topic: string): ConvertedBytes {
    if (start < 0) return this.#output.finishNull();
    for (const reader of this.#readers) {
      const text = reader.read(source, start, end, this.#output);
      if (text !== undefined) return text;
    }
    return this.#otherwise.convert(source, start, end, topic);
  }
}

function notAnEnvelope(): ConnectError {
  return new ConnectError(
    'DATA_INVALID',
    'JsonConverter with schemas.enable requires "schema" and "payload" fields and may not contain additional fields. ' +
      'If you are trying to deserialize plain JSON data, set schemas.enable=false in your converter configuration.',
  );
}
