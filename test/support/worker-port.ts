import { isPortFree, listenOn } from '../../src/cli/broker/free-port.ts';

/**
 * REST ports of workers lie here, their gRPC ports 1000 above: below the ports that brokers are given, and far below those that
 * systems hand out to outgoing connections.
 */
const lowestPort = 10_000;
const blockSize = 50;
const blockCount = 20;
const grpcDistance = 1000;

let block: Promise<number> | null = null;
let drawn = 0;

/**
 * A port on which nobody listens, nor on that 1000 above it. Test files run side by side, and a worker takes its ports only a second
 * after they were drawn: so each process draws from a block of its own.
 */
export async function findWorkerPort(): Promise<number> {
  const first = await (block ??= claimBlock());
  // The first of a block is the sign that it is taken.
  for (let attempt = 1; attempt < blockSize; attempt += 1) {
    const port = first + 1 + (drawn % (blockSize - 1));
    drawn += 1;
    if ((await isPortFree(port)) && (await isPortFree(port + grpcDistance))) return port;
  }
  throw new Error(`No two free ports ${grpcDistance} apart from ${first + 1} to ${first + blockSize - 1}`);
}

/** Takes a block for as long as this process lives. @returns its first port. */
async function claimBlock(): Promise<number> {
  for (let attempt = 0; attempt < blockCount; attempt += 1) {
    const port = lowestPort + ((process.pid + attempt) % blockCount) * blockSize;
    const sign = await listenOn(port);
    if (sign === null) continue;
    sign.unref();
    return port;
  }
  throw new Error(`All ${blockCount} blocks of ports from ${lowestPort} are taken`);
}
