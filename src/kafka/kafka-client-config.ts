/**
 * Settings that producers, consumers and admin clients share, under Kafka's own keys (`CommonClientConfigs`).
 */

import type { KafkaConfigReader } from './kafka-config-reader.ts';

/** A broker's address. */
export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

/** Connection settings of a Kafka client. Times are milliseconds. */
export interface KafkaClientConfig {
  /** `bootstrap.servers`, never empty. */
  readonly bootstrapServers: readonly BrokerAddress[];
  /** `client.id`. */
  readonly clientId: string;
  /** `request.timeout.ms`: longest wait for one response. */
  readonly requestTimeoutMs: number;
  /** `socket.connection.setup.timeout.ms`. */
  readonly connectTimeoutMs: number;
  /** `reconnect.backoff.ms` and `reconnect.backoff.max.ms`: wait after a connection to a node failed. */
  readonly reconnectBackoffMs: number;
  readonly reconnectBackoffMaxMs: number;
  /** `retry.backoff.ms` and `retry.backoff.max.ms`: wait after a request failed. */
  readonly retryBackoffMs: number;
  readonly retryBackoffMaxMs: number;
  /** `metadata.max.age.ms`. */
  readonly metadataMaxAgeMs: number;
}

/** Largest value of Kafka's INT type. */
export const maxInt32 = 0x7fffffff;

/**
 * Reads the shared client settings.
 *
 * @param options `defaultClientId`: used when `client.id` is not set; `defaultRequestTimeoutMs`: 30,000 if not given.
 */
export function readKafkaClientConfig(
  reader: KafkaConfigReader,
  options: { readonly defaultClientId: string; readonly defaultRequestTimeoutMs?: number },
): KafkaClientConfig {
  rejectUnsupportedSecurity(reader);
  const clientId = reader.text('client.id');
  return {
    bootstrapServers: readBootstrapServers(reader),
    clientId: clientId === undefined || clientId === '' ? options.defaultClientId : clientId,
    requestTimeoutMs: reader.integer('request.timeout.ms', {
      fallback: options.defaultRequestTimeoutMs ?? 30_000,
      min: 1,
      max: maxInt32,
    }),
    connectTimeoutMs: reader.integer('socket.connection.setup.timeout.ms', { fallback: 10_000, min: 1, max: maxInt32 }),
    reconnectBackoffMs: reader.integer('reconnect.backoff.ms', { fallback: 50, min: 0 }),
    reconnectBackoffMaxMs: reader.integer('reconnect.backoff.max.ms', { fallback: 1000, min: 0 }),
    retryBackoffMs: reader.integer('retry.backoff.ms', { fallback: 100, min: 0 }),
    retryBackoffMaxMs: reader.integer('retry.backoff.max.ms', { fallback: 1000, min: 0 }),
    metadataMaxAgeMs: reader.integer('metadata.max.age.ms', { fallback: 300_000, min: 0 }),
  };
}

/**
 * Parses `host:port`, `[v6]:port` or `PROTOCOL://host:port`.
 *
 * @returns undefined when the text is no address.
 */
export function parseBrokerAddress(text: string): BrokerAddress | undefined {
  const match = /^(?:[A-Z_]+:\/\/)?(?:\[([0-9a-fA-F:.%]+)\]|([^\s:[\]/]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || !(port >= 1 && port <= 65_535)) return undefined;
  return { host, port };
}

function readBootstrapServers(reader: KafkaConfigReader): readonly BrokerAddress[] {
  const addresses: BrokerAddress[] = [];
  const names = reader.list('bootstrap.servers');
  if (names.length === 0) reader.rejectMissing('bootstrap.servers', 'give a list of host:port, separated by commas');
  for (const name of names) {
    const address = parseBrokerAddress(name);
    if (address === undefined)
      reader.reject('bootstrap.servers', name, 'must be host:port with a port from 1 to 65535');
    else addresses.push(address);
  }
  return addresses;
}

/** Saying nothing and connecting in the clear would be worse than an error. */
function rejectUnsupportedSecurity(reader: KafkaConfigReader): void {
  const protocol = reader.text('security.protocol');
  if (protocol === undefined || protocol === 'PLAINTEXT') return;
  reader.reject('security.protocol', protocol, 'is not supported: only PLAINTEXT is');
}
