import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { ConnectError } from '../errors/connect-error.ts';
import type { ForwardedRequest, Forwarding, HerderReply } from '../herder/forwarding.ts';
import type { RequestGuard } from '../herder/request-guard.ts';
import { internalHerderService } from '../wire/internal-messages.ts';
import { callUnary } from '../wire/plugin-calls.ts';
import { encodeForwarded } from './forward-messages.ts';

/** Most connections kept; workers come back under other addresses now and then (I7). */
const connectionsMax = 64;

const channelOptions = {
  // A worker that was just started again is to be reached soon.
  'grpc.initial_reconnect_backoff_ms': 50,
  'grpc.max_reconnect_backoff_ms': 1000,
  'grpc.max_send_message_length': -1,
  // A request that got no answer may have been served; whether it can be made again is the herder's to say.
  'grpc.enable_retries': 0,
  'grpc.service_config_disable_resolution': 1,
  'grpc.enable_http_proxy': 0,
};

/** {@link Forwarding} over `millrace.internal.v1`. */
export class ForwardingClient implements Forwarding {
  readonly #guard: RequestGuard;
  /** By address, the one used last at the end. */
  readonly #clients = new Map<string, Client>();

  constructor(guard: RequestGuard) {
    this.#guard = guard;
  }

  async forward(address: string, request: ForwardedRequest, signal: AbortSignal): Promise<HerderReply> {
    const body = encodeForwarded(request);
    try {
      return await this.#call(address, body, signal);
    } catch (error) {
      const isRefused = error instanceof ConnectError && error.code === 'SIGNATURE_INVALID';
      // A new key may have been written that this worker has not read.
      if (!isRefused || !(await this.#guard.refreshKey(signal))) throw error;
      return this.#call(address, body, signal);
    }
  }

  /** Ends all calls and connections. Idempotent. */
  close(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }

  async #call(address: string, body: Uint8Array, signal: AbortSignal): Promise<HerderReply> {
    const signature = this.#guard.sign(body);
    const call = { metadata: new Metadata(), signal, fallback: 'FORWARD_FAILED' } as const;
    return callUnary(this.#client(address), internalHerderService.forward, { body, ...signature }, call);
  }

  #client(address: string): Client {
    const client = this.#clients.get(address) ?? new Client(address, credentials.createInsecure(), channelOptions);
    this.#clients.delete(address);
    this.#clients.set(address, client);
    const [oldest] = this.#clients.keys();
    if (this.#clients.size > connectionsMax && oldest !== undefined) {
      this.#clients.get(oldest)?.close();
      this.#clients.delete(oldest);
    }
    return client;
  }
}
