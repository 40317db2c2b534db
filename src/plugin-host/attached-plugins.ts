import { toPluginTarget } from '../config/plugin-attach.ts';
import { ConfigError, ConnectError, toConnectError } from '../errors/connect-error.ts';
import type { HandshakeResponse } from '../wire/plugin-messages.ts';
import { AttachedLease } from './attached-lease.ts';
import type { PluginLauncher } from './launch.ts';
import { PluginChannel } from './plugin-channel.ts';
import type { LeaseOwner, PluginLease } from './plugin-lease.ts';
import type { PluginManifest } from './plugin-manifest.ts';

/** A plugin that runs already, and who wants it. */
export interface AttachRequest {
  /** As `plugin.attach` says. */
  readonly address: string;
  /** `plugin.attach.token`: calls carry it as a bearer token. */
  readonly token: string | undefined;
  /** The installed plugin whose connector it is to be. */
  readonly manifest: PluginManifest;
  /** Null for a question about a configuration. */
  readonly owner: LeaseOwner | null;
  readonly signal: AbortSignal;
}

/** Connects to plugins that somebody else started: in a debugger, in a container, on another host. */
export class AttachedPlugins {
  readonly #launcher: PluginLauncher;
  readonly #timeoutMs: number;
  /** Tasks of this worker, by address. */
  readonly #tasks = new Map<string, number>();

  /** @param options `timeoutMs`: how long a plugin is waited for, `plugin.start.timeout.ms`. */
  constructor(options: { readonly launcher: PluginLauncher; readonly timeoutMs: number }) {
    this.#launcher = options.launcher;
    this.#timeoutMs = options.timeoutMs;
  }

  /**
   * Connects, shakes hands and makes sure that it is the plugin, in the version, that the connector is of.
   *
   * @throws {ConnectError} PLUGIN_UNREACHABLE when none answers in time; PLUGIN_HANDSHAKE_REFUSED for another plugin, a wrong token,
   *   or a task more than it takes; PLUGIN_PROTOCOL_UNSUPPORTED; SHUTTING_DOWN when the signal ended the wait.
   */
  async attach(request: AttachRequest): Promise<PluginLease> {
    const { address, token, manifest, signal } = request;
    const target = toPluginTarget(address);
    if (target === undefined) {
      const message = `The address '${address}' is neither 'unix:/absolute/path' nor 'tcp:host:port'`;
      throw new ConfigError(message, [{ key: 'plugin.attach', message }]);
    }
    const isTask = request.owner !== null && request.owner.task !== null;
    if (isTask) this.#count(address, 1);
    const lease = new AttachedLease({
      manifest,
      channel: new PluginChannel({ target, token }),
      address,
      onOver: () => {
        if (isTask) this.#count(address, -1);
      },
    });
    try {
      const answer = await this.#launcher.greet(lease, { timeoutMs: this.#timeoutMs, signal });
      requirePlugin(request, answer);
      if (isTask) this.#requireRoom(address, answer);
      lease.markReady(answer);
      return lease;
    } catch (error) {
      await lease.release();
      throw explain(toConnectError(error), { ...request, timeoutMs: this.#timeoutMs });
    }
  }

  #count(address: string, change: 1 | -1): void {
    const count = (this.#tasks.get(address) ?? 0) + change;
    if (count === 0) this.#tasks.delete(address);
    else this.#tasks.set(address, count);
  }

  /** There is no second process to go to. */
  #requireRoom(address: string, { maxTasks }: HandshakeResponse): void {
    const room = Math.max(1, maxTasks);
    if ((this.#tasks.get(address) ?? 0) <= room) return;
    const message = `The plugin at '${address}' takes ${room} task(s) at a time and has as many; lower 'tasks.max', or have the plugin announce more (max_tasks)`;
    throw new ConnectError('PLUGIN_HANDSHAKE_REFUSED', message);
  }
}

/** An address may be another plugin's, or an old build's: each connection is checked. */
function requirePlugin({ address, manifest }: AttachRequest, { plugin, version }: HandshakeResponse): void {
  if (plugin === manifest.name && version === manifest.version) return;
  const message = `The plugin at '${address}' says to be '${plugin}' in version '${version}', but the connector is of '${manifest.name}' in version '${manifest.version}' (${manifest.folder}); start that one, or choose by 'connector.plugin.version'`;
  throw new ConnectError('PLUGIN_HANDSHAKE_REFUSED', message, { details: { plugin: manifest.name } });
}

function explain(error: ConnectError, request: AttachRequest & { readonly timeoutMs: number }): ConnectError {
  const { address, token, timeoutMs } = request;
  if (error.code === 'DEADLINE_EXCEEDED') {
    const message = `No plugin answers at '${address}' (plugin.attach) within ${timeoutMs} ms; start it with MILLRACE_PLUGIN_ADDRESS=${address}`;
    return new ConnectError('PLUGIN_UNREACHABLE', message, { cause: error });
  }
  if (error.details['grpcStatus'] === 'UNAUTHENTICATED') {
    const remedy = token === undefined ? "set 'plugin.attach.token'" : "'plugin.attach.token' is not its token";
    return new ConnectError(
      'PLUGIN_HANDSHAKE_REFUSED',
      `The plugin at '${address}' asks for another bearer token: ${remedy}`,
      { cause: error },
    );
  }
  return error;
}
