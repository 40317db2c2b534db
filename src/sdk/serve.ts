import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { type Server, ServerCredentials } from '@grpc/grpc-js';
import { SystemClock } from '../async/clock.ts';
import { ConnectError } from '../errors/connect-error.ts';
import { createLogger, type Logger } from '../logging/logger.ts';
import { decodeMessage } from '../wire/message-codec.ts';
import type { ConnectorRegistration } from './connector.ts';
import { ConnectorRegistry } from './connector-registry.ts';
import { createPluginServer } from './plugin-server.ts';

/** A plugin. */
export interface PluginDefinition {
  readonly name: string;
  readonly version: string;
  readonly connectors: readonly ConnectorRegistration[];
  /**
   * Most tasks that this process runs at a time, where `plugin.isolation` has tasks share one; 1 if not given. More than one is for
   * tasks that keep nothing in variables of their module and never block the event loop.
   */
  readonly maxTasks?: number;
}

/** Time that tasks get to close what they hold when the process is told to end. */
const exitGraceMs = 2000;

/**
 * Serves a plugin until the worker ends it: the main program of a plugin is one call of this. The address comes from the
 * environment (`MILLRACE_PLUGIN_ADDRESS`), logs go to stderr, and the process ends when its stdin does. Started by hand, it runs until
 * it is interrupted, for connectors to attach to.
 */
export function serve(plugin: PluginDefinition): void {
  const log = createLogger({ name: plugin.name, level: 'info' });
  const address = process.env['MILLRACE_PLUGIN_ADDRESS'];
  if (address === undefined) {
    process.stderr.write(
      `${plugin.name} ${plugin.version} is a Millrace plugin: a worker starts it.\n` +
        `To serve by hand: MILLRACE_PLUGIN_ADDRESS=unix:/tmp/plugin.sock, then grpcurl -plaintext -unix /tmp/plugin.sock list,\n` +
        `or a connector with plugin.attach=unix:/tmp/plugin.sock\n`,
    );
    process.exit(64);
  }
  const server = createPluginServer({
    name: plugin.name,
    version: plugin.version,
    maxTasks: plugin.maxTasks ?? 1,
    registry: new ConnectorRegistry(plugin.connectors),
    token: process.env['MILLRACE_PLUGIN_TOKEN'],
    clock: new SystemClock(),
    log,
    onShutdown: () => exitGracefully(server),
  });
  if (isStartedByWorker()) {
    // The worker holds the other end: its death ends this process, whatever runs here.
    process.stdin.on('end', () => process.exit(0)).on('error', () => process.exit(0));
    process.stdin.resume();
  }
  process.once('SIGTERM', () => exitGracefully(server));
  process.once('SIGINT', () => exitGracefully(server));
  bind(server, address).then(
    () => {
      if (!isStartedByWorker()) log.info(`Listens on ${address}: a connector may attach (plugin.attach)`);
      // The first call comes in a moment; what the messages are made of is read meanwhile.
      decodeMessage('HandshakeRequest', Buffer.alloc(0));
    },
    (error: unknown) => {
      log.fatal({ err: error }, `Plugin cannot listen on '${address}'`);
      process.exit(1);
    },
  );
  noteUnhandled(log);
}

async function bind(server: Server, address: string): Promise<void> {
  const isTcp = address.startsWith('tcp:');
  if (!isTcp && !address.startsWith('unix:')) {
    throw new ConnectError(
      'CONFIG_INVALID',
      `MILLRACE_PLUGIN_ADDRESS must start with 'unix:' or 'tcp:', but is '${address}'`,
    );
  }
  const target = isTcp ? address.slice('tcp:'.length) : address;
  if (!isTcp && !isStartedByWorker()) await removeStaleSocket(address.slice('unix:'.length));
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(target, ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  const readyFile = process.env['MILLRACE_PLUGIN_READY_FILE'];
  if (!isTcp || readyFile === undefined) return;
  const host = target.slice(0, target.lastIndexOf(':'));
  // Complete in one step: who finds the file finds all of it.
  writeFileSync(`${readyFile}.tmp`, `${host}:${port}`, { mode: 0o600 });
  renameSync(`${readyFile}.tmp`, readyFile);
}

/** A worker says where the plugin lies; who starts it by hand, to attach to it, has no reason to. */
function isStartedByWorker(): boolean {
  return process.env['MILLRACE_PLUGIN_DIR'] !== undefined;
}

/** Removes what an earlier run left that had no time to. A socket on which somebody listens stays, and is an error of the bind. */
async function removeStaleSocket(path: string): Promise<void> {
  const socket = connect(path);
  const isStale = await new Promise<boolean>(resolve => {
    socket.once('connect', () => resolve(false));
    socket.once('error', error => resolve('code' in error && error.code === 'ECONNREFUSED'));
  });
  socket.destroy();
  if (isStale) rmSync(path, { force: true });
}

/** Lets calls end, the answer to `Shutdown` among them, but not for long. */
function exitGracefully(server: Server): void {
  new SystemClock().after(exitGraceMs, () => process.exit(0), { unref: true });
  server.tryShutdown(() => process.exit(0));
}

/** A rejection that nobody awaits is a fault of the plugin: the process dies of it, but says so in its log first. */
function noteUnhandled(log: Logger): void {
  process.on('uncaughtExceptionMonitor', error => log.fatal({ err: error }, 'Plugin process dies of an error'));
}
