import { connectivityState } from '@grpc/grpc-js';
import { createDeferred } from '../async/deferred.ts';
import { ConnectError } from '../errors/connect-error.ts';
import type { HandshakeResponse } from '../wire/plugin-messages.ts';
import type { ExitReport } from './exit-report.ts';
import { type PluginChannel, sendBytesMaxOf } from './plugin-channel.ts';
import type { PluginLease } from './plugin-lease.ts';
import type { PluginManifest } from './plugin-manifest.ts';

/**
 * A connection to a plugin that the worker did not start (`plugin.attach`). To its owner, the end of the connection is the death of
 * the process; the process itself is never killed, and what it prints is not the worker's to read.
 */
export class AttachedLease implements PluginLease {
  readonly pid = null;
  readonly manifest: PluginManifest;
  readonly channel: PluginChannel;
  readonly #address: string;
  readonly #onOver: () => void;
  readonly #exited = createDeferred<ExitReport>();
  #handshake: HandshakeResponse | null = null;
  #hasExited = false;
  #isOver = false;

  /** @param options `address`: as `plugin.attach` says; `onOver`: called once, when the owner is done. */
  constructor(options: {
    readonly manifest: PluginManifest;
    readonly channel: PluginChannel;
    readonly address: string;
    readonly onOver: () => void;
  }) {
    this.manifest = options.manifest;
    this.channel = options.channel;
    this.#address = options.address;
    this.#onOver = options.onOver;
  }

  get sendBytesMax(): number {
    return sendBytesMaxOf(this.#handshake);
  }

  get exited(): Promise<ExitReport> {
    return this.#exited.promise;
  }

  get hasExited(): boolean {
    return this.#hasExited;
  }

  /** The handshake was answered: from now on the loss of the connection is the end. */
  markReady(handshake: HandshakeResponse): void {
    this.#handshake = handshake;
    const channel = this.channel.client.getChannel();
    channel.watchConnectivityState(connectivityState.READY, Infinity, () => {
      const message = `The connection to the plugin at '${this.#address}' was lost; the worker attaches again when it is back`;
      this.#markExited(new ConnectError('PLUGIN_EXITED', message));
    });
    if (channel.getConnectivityState(false) === connectivityState.READY) return;
    this.#markExited(
      new ConnectError('PLUGIN_EXITED', `The plugin at '${this.#address}' went away after its handshake`),
    );
  }

  hideValues(): void {
    // What the plugin prints goes where it was started, and never through the worker's log.
  }

  async release(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.channel.close();
    this.#onOver();
  }

  async kill(cause?: ConnectError): Promise<ExitReport> {
    this.#markExited(cause);
    await this.release();
    return this.exited;
  }

  #markExited(cause: ConnectError | undefined): void {
    if (this.#isOver || this.#hasExited) return;
    this.#hasExited = true;
    this.#exited.resolve({ code: null, signal: null, oom: 'no', isRequested: false, lastLines: [], cause });
  }
}
