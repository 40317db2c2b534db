import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Server, ServerCredentials } from '@grpc/grpc-js';
import { ConnectError, messageOf } from '../errors/connect-error.ts';

/** A server, and what its clients have to show. */
export interface Listener {
  readonly server: Server;
  readonly credentials: ServerCredentials;
}

/** Configuration key that the addresses come from. */
const key = 'grpc.listeners';

/**
 * Listens on an address, and on every IP that its host name stands for: a port that is busy on one of them is an error, not an
 * address that half of the clients reach.
 *
 * @param address `http://host:port`, with or without the scheme; an IPv6 host in brackets, no host for all interfaces, port 0 for
 *   any free one; or `unix:path`.
 * @returns what it is bound to, with the real port.
 * @throws {ConnectError} LISTENER_UNAVAILABLE
 */
export async function listen(listener: Listener, address: string): Promise<readonly string[]> {
  if (address.startsWith('unix:')) {
    await bind(listener, address, address);
    return [address];
  }
  const [, host, portText = ''] = /^(?:http:\/\/)?(.*):([0-9]{1,5})\/?$/.exec(address) ?? [];
  let port = Number(portText);
  if (host === undefined || port > 65535) {
    throw refuse({
      address,
      reason: 'SYNTAX',
      fault: 'it is not an address',
      remedy: "Write it as 'http://host:port'",
    });
  }
  const bound: string[] = [];
  let unavailable: ConnectError | null = null;
  for (const ip of await resolve(address, host)) {
    try {
      port = await bind(listener, `${ip}:${port}`, address);
      bound.push(`${ip}:${port}`);
    } catch (error) {
      // A name may stand for an IP of a kind that this machine does not have; the others are enough then.
      if (!(error instanceof ConnectError) || error.details['reason'] !== 'EADDRNOTAVAIL') throw error;
      unavailable = error;
    }
  }
  if (bound.length === 0 && unavailable !== null) throw unavailable;
  return bound;
}

async function resolve(address: string, host: string): Promise<readonly string[]> {
  if (host === '') return ['[::]'];
  const plain = host.replace(/^\[(.*)\]$/, '$1');
  if (isIP(plain) !== 0) return [bracket(plain)];
  try {
    const found = await lookup(plain, { all: true });
    return [...new Set(found.map(each => bracket(each.address)))];
  } catch (error) {
    const remedy = 'Name a host that this machine can resolve';
    throw refuse({ address, reason: 'ENOTFOUND', fault: messageOf(error), remedy, cause: error });
  }
}

function bracket(ip: string): string {
  return isIP(ip) === 6 ? `[${ip}]` : ip;
}

function bind({ server, credentials }: Listener, target: string, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(target, credentials, (error, port) => {
      if (error === null) resolve(port);
      else reject(toListenError(error, address));
    });
  });
}

/** grpc-js tells the reason in its text alone. */
function toListenError(error: Error, address: string): ConnectError {
  const reason = /\b(E[A-Z]{4,})\b/.exec(error.message)?.[1] ?? '';
  const change = `set '${key}' to another address`;
  const refusal = { address, reason, cause: error };
  switch (reason) {
    case 'EADDRINUSE':
      return refuse({ ...refusal, fault: 'it is already in use', remedy: `Stop what listens there, or ${change}` });
    case 'EACCES':
      return refuse({ ...refusal, fault: 'permission denied', remedy: `Let this user listen there, or ${change}` });
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
      return refuse({
        ...refusal,
        reason: 'EADDRNOTAVAIL',
        fault: 'this machine does not have it',
        remedy: `Please ${change}`,
      });
    default:
      return refuse({ ...refusal, fault: error.message, remedy: `Correct it, or ${change}` });
  }
}

function refuse(refusal: {
  readonly address: string;
  readonly reason: string;
  readonly fault: string;
  readonly remedy: string;
  readonly cause?: unknown;
}): ConnectError {
  const { address, reason, fault, remedy, cause } = refusal;
  return new ConnectError('LISTENER_UNAVAILABLE', `Cannot listen on '${address}' of '${key}': ${fault}. ${remedy}`, {
    cause,
    details: { key, address, reason },
  });
}
