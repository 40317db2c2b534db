/** Under which addresses the workers of a cluster know each other. */
import { hostname } from 'node:os';
import { ConfigError } from '../errors/connect-error.ts';
import type { ParsedConfig } from './parsed-config.ts';

/** Kafka Connect's. */
const defaultRestPort = 8083;

/** How far a worker's gRPC port is from its REST port: 9083 from 8083 (docs/decisions/0031-workers-find-each-other.md). */
const grpcPortOffset = 1000;

/** A host and port. */
export interface AdvertisedAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Where the REST API of a worker is reached: what `rest.advertised.` says, else the first listener, else this machine's name.
 *
 * @see `RestServer#advertisedUrl` in Kafka Connect.
 */
export function advertisedAddress(config: ParsedConfig): AdvertisedAddress {
  const [, host = '', port] = /^\w+:\/\/(.*?)(?::([0-9]+))?\/?$/.exec(config.list('listeners')[0] ?? '') ?? [];
  const listenerHost = ['', '0.0.0.0', '[::]'].includes(host) ? hostname() : host;
  return {
    host: config.stringOrNull('rest.advertised.host.name') ?? listenerHost,
    port: config.intOrNull('rest.advertised.port') ?? Number(port ?? defaultRestPort),
  };
}

/** By which Kafka Connect names workers in statuses. */
export function toWorkerId({ host, port }: AdvertisedAddress): string {
  return `${host}:${port}`;
}

/** What a worker tells its group of itself. */
export function toAdvertisedUrl({ host, port }: AdvertisedAddress): string {
  return `http://${host}:${port}/`;
}

/**
 * Where the worker with this advertised URL is reached by gRPC: same host, 1000 ports further.
 *
 * @throws {TypeError} for what is no URL.
 */
export function grpcAddressOf(advertisedUrl: string): string {
  const { hostname: host, port, protocol } = new URL(advertisedUrl);
  const restPort = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  return `${host}:${restPort + grpcPortOffset}`;
}

/**
 * Passes if other workers find this one's gRPC API where they look for it.
 *
 * @throws {ConfigError} no listener is there, and no other port is advertised.
 */
export function requireReachableGrpc(config: ParsedConfig): void {
  if (config.intOrNull('rest.advertised.port') !== null) return;
  const port = advertisedAddress(config).port + grpcPortOffset;
  const key = 'grpc.listeners';
  if (config.list(key).some(address => new RegExp(`:${port}/?$`).test(address))) return;
  const message = `'${key}' must have a listener on port ${port}: workers reach each other ${grpcPortOffset} ports above 'listeners'`;
  throw new ConfigError(message, [{ key, message }]);
}
