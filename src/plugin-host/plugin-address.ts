import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../async/clock.ts';
import { ConnectError, messageOf } from '../errors/connect-error.ts';
import type { PluginTransport } from './plugin-manifest.ts';

/** Where one plugin process listens, in a folder of its own that nobody else may enter. */
export interface PluginAddress {
  /** Variables that tell the plugin. */
  readonly environment: ReadonlyMap<string, string>;
  /** Calls carry this bearer token; undefined where the folder's mode protects the socket. */
  readonly token: string | undefined;
  /** The gRPC target, once the plugin has made its socket or, over TCP, written its ready file. Ends with the signal. */
  resolveTarget(clock: Clock, signal: AbortSignal): Promise<string>;
  /** Removes the folder. Idempotent, does not throw. */
  release(): void;
}

/** Bytes that `sockaddr_un.sun_path` takes, without its ending NUL. */
const socketPathBytesMax = process.platform === 'linux' ? 107 : 103;

/** Between two looks for what the plugin makes when it listens; a look costs some microseconds. */
const readyPollMs = 5;

/** Makes the folder (mode 0700) and the address in it. @throws {ConnectError} CONFIG_INVALID if no folder can be used. */
export function createPluginAddress(transport: PluginTransport): PluginAddress {
  return transport === 'unix' ? createUnixAddress() : createTcpAddress();
}

function createUnixAddress(): PluginAddress {
  const folder = makeFolder('p.sock');
  const socket = join(folder, 'p.sock');
  const target = `unix:${socket}`;
  return {
    environment: new Map([['MILLRACE_PLUGIN_ADDRESS', target]]),
    token: undefined,
    resolveTarget: async (clock, signal) => {
      while (!existsSync(socket)) await clock.sleep(readyPollMs, signal);
      return target;
    },
    release: () => removeFolder(folder),
  };
}

/** The plugin picks a port and writes `127.0.0.1:<port>` to the ready file, complete in one step (write, then rename). */
function createTcpAddress(): PluginAddress {
  const folder = makeFolder('ready');
  const readyFile = join(folder, 'ready');
  const token = randomBytes(32).toString('hex');
  return {
    environment: new Map([
      ['MILLRACE_PLUGIN_ADDRESS', 'tcp:127.0.0.1:0'],
      ['MILLRACE_PLUGIN_READY_FILE', readyFile],
      ['MILLRACE_PLUGIN_TOKEN', token],
    ]),
    token,
    resolveTarget: async (clock, signal) => {
      for (;;) {
        const address = readIfThere(readyFile).trim();
        if (address !== '') return checkTcpAddress(address);
        await clock.sleep(readyPollMs, signal);
      }
    },
    release: () => removeFolder(folder),
  };
}

/** The token must not leave the machine, so only a loopback address is taken. */
function checkTcpAddress(address: string): string {
  if (/^(127\.0\.0\.1|\[::1\]|localhost):\d{1,5}$/.test(address)) return `dns:${address}`;
  throw new ConnectError(
    'PLUGIN_HANDSHAKE_REFUSED',
    `The plugin's ready file must hold '127.0.0.1:<port>', but holds '${address.slice(0, 100)}'`,
  );
}

/** Where TMPDIR is too long for a socket, /tmp is used. The names are random, so an old instance's socket is never met. */
function makeFolder(longestName: string): string {
  const reasons: string[] = [];
  for (const base of new Set([tmpdir(), '/tmp'])) {
    const bytes = Buffer.byteLength(join(base, 'millrace-XXXXXX', longestName));
    if (bytes > socketPathBytesMax) {
      reasons.push(`'${base}' makes a socket path of ${bytes} bytes where at most ${socketPathBytesMax} are possible`);
      continue;
    }
    try {
      return mkdtempSync(join(base, 'millrace-'));
    } catch (error) {
      reasons.push(messageOf(error));
    }
  }
  const message = `No folder for plugin sockets: ${reasons.join('; ')}. Set TMPDIR to a short path that can be written`;
  throw new ConnectError('CONFIG_INVALID', message);
}

function removeFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // A left-over folder under the system's temporary folder holds nothing; not worth failing the end of a task.
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Not written yet; the caller waits under its own deadline.
    return '';
  }
}
