import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Clock, Timer } from '../../async/clock.ts';
import { ConnectError, messageOf } from '../../errors/connect-error.ts';
import type { TlsOptions } from './registry-tls.ts';

/** One request. */
export interface RegistryRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly connectTimeoutMs: number;
  readonly readTimeoutMs: number;
  readonly signal: AbortSignal;
}

/** What a registry answered. */
export interface RegistryResponse {
  readonly status: number;
  readonly body: string;
}

/** Largest answer that is read, bytes (I7). */
const maxAnswerBytes = 32 * 1024 * 1024;

/** Sends requests over connections that are kept. An idle connection does not keep the process alive. */
export class RegistryTransport {
  readonly #clock: Clock;
  readonly #http = new HttpAgent({ keepAlive: true, maxSockets: 4 });
  readonly #https: HttpsAgent;

  constructor(options: { readonly clock: Clock; readonly tls: TlsOptions | null }) {
    this.#clock = options.clock;
    this.#https = new HttpsAgent({ keepAlive: true, maxSockets: 4, ...options.tls });
  }

  /**
   * Sends one request and reads the answer, whatever its status. Ends within the two timeouts.
   *
   * @throws {ConnectError} REGISTRY_UNAVAILABLE; the signal's reason when it aborts.
   */
  send(options: RegistryRequest): Promise<RegistryResponse> {
    const { url, signal } = options;
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const isTls = url.protocol === 'https:';
      const request = (isTls ? httpsRequest : httpRequest)(url, {
        method: options.method,
        headers: options.headers,
        agent: isTls ? this.#https : this.#http,
        auth: undefined,
      });
      let timer: Timer = this.#clock.after(options.connectTimeoutMs + options.readTimeoutMs, () => {
        request.destroy(new Error(`no answer within ${options.connectTimeoutMs + options.readTimeoutMs} ms`));
      });
      request.once('socket', socket => {
        if (!socket.connecting) return;
        const connecting = this.#clock.after(options.connectTimeoutMs, () => {
          request.destroy(new Error(`no connection within ${options.connectTimeoutMs} ms`));
        });
        socket.once(isTls ? 'secureConnect' : 'connect', () => connecting.cancel());
        socket.once('close', () => connecting.cancel());
      });
      request.once('finish', () => {
        timer.cancel();
        timer = this.#clock.after(options.readTimeoutMs, () => {
          request.destroy(new Error(`no answer within ${options.readTimeoutMs} ms`));
        });
      });
      const abort = (): void => void request.destroy();
      signal.addEventListener('abort', abort, { once: true });
      const settle = (action: () => void): void => {
        timer.cancel();
        signal.removeEventListener('abort', abort);
        action();
      };
      const fail = (error: unknown): void => settle(() => reject(failureOf(error, url, signal)));
      request.once('error', fail);
      request.once('response', response => {
        readBody(response).then(body => settle(() => resolve({ status: response.statusCode ?? 0, body })), fail);
      });
      request.end(options.body ?? undefined);
    });
  }
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let byteLength = 0;
  for await (const chunk of response) {
    const bytes = chunk instanceof Uint8Array ? Buffer.from(chunk) : Buffer.from(String(chunk));
    byteLength += bytes.length;
    if (byteLength > maxAnswerBytes) throw new Error(`the answer is larger than ${maxAnswerBytes} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function failureOf(error: unknown, url: URL, signal: AbortSignal): Error {
  if (signal.aborted && signal.reason instanceof Error) return signal.reason;
  const text = `The schema registry at ${url.origin} cannot be reached: ${messageOf(error)}`;
  return new ConnectError('REGISTRY_UNAVAILABLE', text, { cause: error });
}
