import { createServer, type Server } from 'node:net';

/**
 * Ports are drawn from below the range that systems hand out to outgoing connections (32768 and up on Linux), so that a broker
 * that is killed finds its port free again.
 */
const lowestPort = 20_000;
const portCount = 12_000;
const attemptsMax = 100;

/** A TCP port of 127.0.0.1 that nobody listens on at this moment. */
export async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const port = lowestPort + Math.floor(Math.random() * portCount);
    if (await isPortFree(port)) return port;
  }
  throw new Error(`No free port from ${lowestPort} to ${lowestPort + portCount - 1} in ${attemptsMax} draws`);
}

/** Nobody listens on this TCP port of 127.0.0.1 at this moment. */
export async function isPortFree(port: number): Promise<boolean> {
  const server = await listenOn(port);
  if (server === null) return false;
  await new Promise(resolve => server.close(resolve));
  return true;
}

/** Listens on this TCP port of 127.0.0.1; null where that cannot be, since somebody else does. */
export function listenOn(port: number): Promise<Server | null> {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
