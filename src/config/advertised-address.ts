/** Under which addresses the workers of a cluster know each other. */
import { hostname } from 'node:os';
import { ConfigError } from '../errors/connect-error.ts';
import type { ParsedConfig } from './parsed-config.ts';

/** Kafka Connect's. */
const defaultRestPort = 8083;

/** How far a worker's gRPC port is from its REST port: 9083 from 8083 (docs/decisions/0065-peers.md). */
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

/** The same, of a worker that advertises this URL. @throws {TypeError} for what is no URL. */
export function workerIdOf(advertisedUrl: string): string {
  const { hostname: host, port, protocol } = new URL(advertisedUrl);
  const defaultPort = protocol === 'https:' ? '443' : '80';
  return `${host}:${port === '' ? defaultPort : port}`;
}

/** What a worker tells its group of itself. */
export function toAdvertisedUrl({ host, port }: AdvertisedAddress): string {
  return `http://${host}:${port}/`;
}

/**
 * Where a worker that does not tell is reached by gRPC: at the host of its advertised URL, 1000 ports further.
 *
 * @throws {TypeError} for what is no URL.
 */
export function grpcAddressOf(advertisedUrl: string): string {
  const [, host = '', port = ''] = /^(.*):([0-9]+)$/.exec(workerIdOf(advertisedUrl)) ?? [];
  return `${host}:${Number(port) + grpcPortOffset}`;
}

/**
 * Where other workers reach this one's gRPC API: what `grpc.advertised.address` says; else, behind mapped ports, 1000 above the advertised
 * REST port; else its first listener on TCP, under the advertised host unless it listens on one of its own.
 *
 * @param bound what `grpc.listeners` came to, with real ports.
 */
export function advertisedGrpcAddress(config: ParsedConfig, bound: readonly string[]): string {
  const told = config.stringOrNull('grpc.advertised.address');
  if (told !== null) return told;
  const { host: restHost } = advertisedAddress(config);
  const mappedPort = config.intOrNull('rest.advertised.port');
  if (mappedPort !== null) return `${restHost}:${mappedPort + grpcPortOffset}`;
  const [, host = '', port = ''] = /^(.*):([0-9]+)$/.exec(bound.find(isTcp) ?? '') ?? [];
  const isEverywhere = ['0.0.0.0', '[::]'].includes(host);
  const named = config.stringOrNull('rest.advertised.host.name');
  if (isEverywhere || (named !== null && !isLoopback(host))) return `${restHost}:${port}`;
  return `${host}:${port}`;
}

/** Only processes of this machine reach it. */
export function isLoopback(address: string): boolean {
  return /^(127\.|\[::1\]|localhost\b)/.test(address);
}

/**
 * Passes if other workers can find this one's gRPC API.
 *
 * @throws {ConfigError} there is no listener on TCP.
 */
export function requireReachableGrpc(config: ParsedConfig): void {
  const key = 'grpc.listeners';
  if (config.stringOrNull('grpc.advertised.address') !== null || config.list(key).some(isTcp)) return;
  const message = `'${key}' must have a listener of the form http://host:port: workers reach each other there`;
  throw new ConfigError(message, [{ key, message }]);
}

function isTcp(address: string): boolean {
  return !address.startsWith('unix:');
}
