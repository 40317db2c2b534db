import { Client, credentials, Metadata, type MethodDefinition } from '@grpc/grpc-js';
import { ConnectError } from '../errors/connect-error.ts';
import type {
  ForwardedRequest,
  Forwarding,
  GroupDescription,
  HerderReply,
  Preparation,
  WorkQuestion,
} from '../herder/forwarding.ts';
import type { ConnectorProcesses } from '../herder/plugin-processes.ts';
import type { RequestGuard } from '../herder/request-guard.ts';
import type { RequestSignature } from '../herder/request-signature.ts';
import {
  encodeDescribeGroupBody,
  encodeDescribeWorkBody,
  encodePrepareBody,
  internalHerderService,
  type SignedRequest,
} from '../wire/internal-messages.ts';
import { callUnary, type PluginCallOptions } from '../wire/plugin-calls.ts';
import { encodeForwarded, fromDescribeGroupResponse, fromDescribeWorkResponse } from './forward-messages.ts';

/** Most connections kept; workers come back under other addresses now and then (I7). */
const connectionsMax = 64;

/** Largest answer taken, bytes (I7). */
const receiveBytesMax = 32 * 1024 * 1024;

const channelOptions = {
  // A worker that was just started again is to be reached soon.
  'grpc.initial_reconnect_backoff_ms': 50,
  'grpc.max_reconnect_backoff_ms': 1000,
  'grpc.max_send_message_length': -1,
  // What a worker runs of all connectors of a large cluster.
  'grpc.max_receive_message_length': receiveBytesMax,
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

  forward(address: string, request: ForwardedRequest, signal: AbortSignal): Promise<HerderReply> {
    return this.#call(address, internalHerderService.forward, encodeForwarded(request), signal);
  }

  async describeGroup(address: string, askedBy: string, signal: AbortSignal): Promise<GroupDescription> {
    const body = encodeDescribeGroupBody(askedBy);
    return fromDescribeGroupResponse(await this.#call(address, internalHerderService.describeGroup, body, signal));
  }

  async describeWork(
    address: string,
    question: WorkQuestion,
    signal: AbortSignal,
  ): Promise<readonly ConnectorProcesses[]> {
    const body = encodeDescribeWorkBody(question);
    return fromDescribeWorkResponse(await this.#call(address, internalHerderService.describeWork, body, signal));
  }

  async prepare(address: string, { isChecked, ...preparation }: Preparation, signal: AbortSignal): Promise<void> {
    const body = encodePrepareBody({ ...preparation, check: isChecked });
    await this.#call(address, internalHerderService.prepare, body, signal);
  }

  /** Ends all calls and connections. Idempotent. */
  close(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }

  /** Makes a call with a signed body; again under a new key, where it was refused under an old one. */
  async #call<Answer>(
    address: string,
    method: MethodDefinition<SignedRequest, Answer>,
    body: Uint8Array,
    signal: AbortSignal,
  ): Promise<Answer> {
    const call = (signature: RequestSignature): Promise<Answer> =>
      callUnary(this.#client(address), method, { body, ...signature }, callOptions(signal));
    const signature = this.#guard.sign(body);
    try {
      return await call(signature);
    } catch (error) {
      if (!(error instanceof ConnectError) || error.code !== 'SIGNATURE_INVALID') throw error;
      // A new key may have been written, which this worker has read since it signed or has still to read.
      const again = await this.#guard.signAnew(body, signal);
      if (Buffer.compare(again.mac, signature.mac) === 0) throw error;
      return call(again);
    }
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

function callOptions(signal: AbortSignal): PluginCallOptions {
  return { metadata: new Metadata(), signal, fallback: 'FORWARD_FAILED', unserved: 'FORWARD_REFUSED' };
}
