import { type ChannelOptions, Client, credentials, Metadata } from '@grpc/grpc-js';

/** Largest message that the worker takes from a plugin, bytes; the handshake announces it. */
export const receiveBytesMax = 32 * 1024 * 1024;

/**
 * Largest message that a plugin takes if it does not say, bytes: the limit of a gRPC server that was not configured.
 */
export const defaultPeerReceiveBytes = 4 * 1024 * 1024;

/** Kept free below the peer's limit for the message around a batch. */
export const messageHeadroomBytes = 64 * 1024;

/** Largest message that may be sent to a plugin, bytes (rule 8). @param handshake what it answered; null before. */
export function sendBytesMaxOf(handshake: { readonly maxReceiveBytes: number } | null): number {
  const limit = handshake?.maxReceiveBytes ?? 0;
  return (limit === 0 ? defaultPeerReceiveBytes : limit) - messageHeadroomBytes;
}

const channelOptions: ChannelOptions = {
  // The default of 64 KiB would stop a plugin after each small piece until the worker has answered.
  'grpc-node.flow_control_window': 8 * 1024 * 1024,
  // A connection of its own per process, even where an address should come back.
  'grpc.use_local_subchannel_pool': 1,
  'grpc.max_receive_message_length': receiveBytesMax,
  // The peer's limit is checked by the task clients, with an error that names both sizes.
  'grpc.max_send_message_length': -1,
  // The plugin needs some time until it listens; the default would make every start last a second.
  'grpc.initial_reconnect_backoff_ms': 20,
  'grpc.max_reconnect_backoff_ms': 100,
  // Calls are not idempotent by nature, and a broken stream is the death of its task.
  'grpc.enable_retries': 0,
  'grpc.service_config_disable_resolution': 1,
  // The proxy of the environment is for the outside world.
  'grpc.enable_http_proxy': 0,
};

/** A connection to one plugin process. Connects on the first call. */
export class PluginChannel {
  readonly client: Client;
  readonly #address: { readonly target: string; readonly token: string | undefined };

  /** @param address `target`: gRPC target; `token`: bearer token that calls carry, if any. */
  constructor(address: { readonly target: string; readonly token: string | undefined }) {
    this.client = new Client(address.target, credentials.createInsecure(), channelOptions);
    this.#address = address;
  }

  /** Metadata for one call. */
  metadata(options: { readonly waitForReady?: boolean } = {}): Metadata {
    const metadata = new Metadata({ waitForReady: options.waitForReady ?? false });
    const { token } = this.#address;
    if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
    return metadata;
  }

  /** A further connection to the same process. */
  another(): PluginChannel {
    return new PluginChannel(this.#address);
  }

  /** Ends all calls and the connection. Idempotent. */
  close(): void {
    this.client.close();
  }
}
