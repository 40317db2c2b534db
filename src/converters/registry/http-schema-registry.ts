import { backoffMs } from '../../async/backoff.ts';
import type { Clock } from '../../async/clock.ts';
import { ConnectError, toConnectError } from '../../errors/connect-error.ts';
import type { RegistryConfig } from './registry-config.ts';
import { RegistryTransport, type RegistryResponse } from './registry-request.ts';
import type { RegisteredSchema, RegistrySchema, SchemaRegistry, SubjectSchema } from './schema-registry.ts';
import { parseAnswer, toRegisteredSchema, toRegistrySchema, toSchemaId } from './registry-answers.ts';

const mediaType = 'application/vnd.schemaregistry.v1+json';
const accepted = `${mediaType}, application/vnd.schemaregistry+json; q=0.9, application/json; q=0.5`;

/**
 * A registry over HTTP. An address that does not answer, or answers with a status that may pass, is tried again with backoff, then
 * the next one; the one that answered last is asked first. A request with all its retries ends within the connect and the read
 * timeout together.
 *
 * @see `RestService` of Confluent.
 */
export class HttpSchemaRegistry implements SchemaRegistry {
  readonly #config: RegistryConfig;
  readonly #clock: Clock;
  readonly #transport: RegistryTransport;
  #urlIndex = 0;

  constructor(config: RegistryConfig, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
    this.#transport = new RegistryTransport({ clock, tls: config.tls });
  }

  async register(asked: SubjectSchema, signal: AbortSignal): Promise<number> {
    const path = `/subjects/${encodeURIComponent(asked.subject)}/versions`;
    return toSchemaId(await this.#ask({ path: withQuery(path, asked), body: bodyOf(asked.schema), signal }));
  }

  async lookUp(asked: SubjectSchema, signal: AbortSignal): Promise<RegisteredSchema> {
    const path = `/subjects/${encodeURIComponent(asked.subject)}`;
    return toRegisteredSchema(await this.#ask({ path: withQuery(path, asked), body: bodyOf(asked.schema), signal }));
  }

  async schemaById(id: number, signal: AbortSignal): Promise<RegistrySchema> {
    return toRegistrySchema(await this.#ask({ path: `/schemas/ids/${id}`, body: null, signal }));
  }

  async schemaByVersion(subject: string, version: number | 'latest', signal: AbortSignal): Promise<RegisteredSchema> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions/${version}`;
    return toRegisteredSchema(await this.#ask({ path, body: null, signal }));
  }

  async #ask(options: {
    readonly path: string;
    readonly body: string | null;
    readonly signal: AbortSignal;
  }): Promise<ReadonlyMap<string, unknown>> {
    const { urls, maxRetries, retryWaitMs, retryMaxWaitMs, connectTimeoutMs, readTimeoutMs } = this.#config;
    const deadlineMs = this.#clock.monotonicMs() + connectTimeoutMs + readTimeoutMs;
    let failure: ConnectError | null = null;
    for (let attempt = 0; attempt <= maxRetries; attempt += 1) {
      if (attempt > 0) {
        // Full jitter, as Confluent's client has it.
        const waitMs = Math.random() * backoffMs({ initialMs: retryWaitMs, maxMs: retryMaxWaitMs, jitter: 0 }, attempt);
        if (this.#clock.monotonicMs() + waitMs >= deadlineMs) break;
        await this.#clock.sleep(waitMs, options.signal);
      }
      for (let tried = 0; tried < urls.length; tried += 1) {
        const leftMs = Math.ceil(deadlineMs - this.#clock.monotonicMs());
        if (leftMs <= 0) break;
        try {
          return await this.#send({ ...options, leftMs });
        } catch (error) {
          if (options.signal.aborted) throw error;
          failure = toConnectError(error, 'REGISTRY_UNAVAILABLE');
          if (!failure.isRetriable) throw failure;
          this.#urlIndex = (this.#urlIndex + 1) % urls.length;
        }
      }
    }
    throw failure ?? new ConnectError('REGISTRY_UNAVAILABLE', 'The schema registry did not answer in time');
  }

  async #send(options: {
    readonly path: string;
    readonly body: string | null;
    readonly leftMs: number;
    readonly signal: AbortSignal;
  }): Promise<ReadonlyMap<string, unknown>> {
    const { urls, authorization, headers, connectTimeoutMs, readTimeoutMs } = this.#config;
    const base = urls[this.#urlIndex % urls.length];
    if (base === undefined) throw new ConnectError('REGISTRY_UNAVAILABLE', 'No address of a schema registry is known');
    const credentials = authorization(base);
    const url = new URL(`${base.origin}${base.pathname.replace(/\/$/, '')}${options.path}`);
    const response = await this.#transport.send({
      method: options.body === null ? 'GET' : 'POST',
      url,
      headers: {
        Accept: accepted,
        ...(options.body === null ? {} : { 'Content-Type': mediaType }),
        ...(credentials === null ? {} : { Authorization: credentials }),
        ...Object.fromEntries(headers),
      },
      body: options.body,
      connectTimeoutMs: Math.min(connectTimeoutMs, options.leftMs),
      readTimeoutMs: Math.min(readTimeoutMs, options.leftMs),
      signal: options.signal,
    });
    if (response.status === 200) return parseAnswer(response.body, url);
    throw refusalOf(response, url);
  }
}

function withQuery(path: string, { normalize }: SubjectSchema): string {
  return normalize ? `${path}?normalize=true` : path;
}

/** AVRO is the type that registries take when none is named, and the only one that old ones know. */
function bodyOf({ schema, schemaType, references }: RegistrySchema): string {
  return JSON.stringify({
    schema,
    ...(schemaType === 'AVRO' ? {} : { schemaType }),
    ...(references.length === 0 ? {} : { references }),
  });
}

/** Longest part of an answer that errors quote. */
const quotedChars = 500;
const passingStatuses: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

function refusalOf({ status, body }: RegistryResponse, url: URL): ConnectError {
  const what = `The schema registry answers ${status} to ${url.pathname}: ${messageIn(body).slice(0, quotedChars)}`;
  const details = { status: String(status) };
  if (passingStatuses.has(status)) return new ConnectError('REGISTRY_UNAVAILABLE', what, { details });
  if (status === 401 || status === 403) return new ConnectError('REGISTRY_AUTHORIZATION', what, { details });
  return new ConnectError(status === 404 ? 'REGISTRY_NOT_FOUND' : 'REGISTRY_REFUSED', what, { details });
}

function messageIn(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && 'message' in parsed) return String(parsed.message);
  } catch {
    // An answer that is no JSON, such as a proxy's, is quoted as it is.
  }
  return body;
}
