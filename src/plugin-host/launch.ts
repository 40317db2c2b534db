import { spawn } from 'node:child_process';
import type { Clock } from '../async/clock.ts';
import { ConnectError, toConnectError } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import type { HandshakeResponse } from '../wire/plugin-messages.ts';
import type { ExitReport } from './exit-report.ts';
import { protocolMajors, shakeHands, unsupportedProtocol } from './handshake.ts';
import { OrphanGuard } from './orphan-guard.ts';
import { createPluginAddress, type PluginAddress } from './plugin-address.ts';
import { PluginChannel } from './plugin-channel.ts';
import { pluginEnvironment } from './plugin-environment.ts';
import type { PluginLease } from './plugin-lease.ts';
import type { PluginManifest } from './plugin-manifest.ts';
import { exitedError, type PipedChild, PluginProcess } from './plugin-process.ts';
import { isRefusedExec, notExecutable, resolveProgram, wrapProgram } from './program.ts';
import type { StopDeadlines } from './supervision.ts';
import { waitBriefly } from './wait-briefly.ts';

/** What all launches of a worker share. */
export interface PluginLauncherOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Takes what processes of the plugin of that name print, and what happens to them; `log` if not given. */
  readonly logOf?: (plugin: string) => Logger;
  /** Name and version of the worker, told to plugins. */
  readonly worker: string;
  /** Deadlines of the last rungs of the stop ladder; 1 s and 3 s if not given. */
  readonly stopDeadlines?: StopDeadlines;
}

/** One launch. */
export interface LaunchOptions {
  /** What each line of the process is logged with, for instance `{ connector: 'files', task: 0 }`. */
  readonly bindings: Readonly<Record<string, string | number>>;
  /** `plugin.start.timeout.ms`: from the start of the program to its answer to `Handshake`. */
  readonly startTimeoutMs: number;
  /** Values never to be logged, see {@link PluginProcess.hideValues}. */
  readonly hiddenValues?: readonly string[];
  /** Gives the launch up and kills what was started. */
  readonly signal?: AbortSignal;
}

/** How long the orphan guard, which only has to see the end of its input, may take to end. */
const guardEndMs = 1000;

/** Starts plugin processes. One per worker; its orphan guard ends them if the worker is killed. */
export class PluginLauncher {
  readonly #options: PluginLauncherOptions;
  readonly #guard: OrphanGuard;

  constructor(options: PluginLauncherOptions) {
    this.#options = options;
    this.#guard = new OrphanGuard(options.log);
  }

  /**
   * Starts the plugin's program and waits until it has answered the handshake. On an error nothing of it is left.
   *
   * @throws {ConnectError} PLUGIN_NOT_EXECUTABLE, PLUGIN_EXITED, PLUGIN_START_TIMEOUT, PLUGIN_HANDSHAKE_REFUSED,
   *   PLUGIN_PROTOCOL_UNSUPPORTED, CONFIG_INVALID; SHUTTING_DOWN when the signal ended it.
   */
  async launch(manifest: PluginManifest, options: LaunchOptions): Promise<PluginProcess> {
    throwIfAborted(options.signal);
    if (!manifest.protocolMajors.some(major => protocolMajors.includes(major))) {
      throw unsupportedProtocol(manifest.name, `its plugin.json says ${manifest.protocolMajors.join(', ')}`);
    }
    const deadlineMs = this.#options.clock.monotonicMs() + options.startTimeoutMs;
    const address = createPluginAddress(manifest.transport);
    let plugin: PluginProcess;
    try {
      plugin = this.#spawn(manifest, { address, bindings: options.bindings, hiddenValues: options.hiddenValues ?? [] });
    } catch (error) {
      address.release();
      throw error;
    }
    plugin.log.debug({ pid: plugin.pid }, 'Started plugin process');
    try {
      plugin.markReady(await this.#waitUntilReady(plugin, { ...options, address, deadlineMs }));
    } catch (error) {
      const failure = toConnectError(error, 'PLUGIN_HANDSHAKE_REFUSED');
      await plugin.kill(failure);
      throw failure;
    }
    plugin.log.info({ pid: plugin.pid, version: plugin.handshake.version }, 'Plugin process is ready');
    return plugin;
  }

  /**
   * Shakes hands on the connection of a lease, which is one more to a process that runs already.
   *
   * @throws {ConnectError} PLUGIN_EXITED; else as {@link launch}. The lease is still to be released.
   */
  async greet(
    lease: PluginLease,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<HandshakeResponse> {
    const { clock, worker } = this.#options;
    const { name } = lease.manifest;
    const ending = new AbortController();
    const giveUp = (): void => ending.abort();
    options.signal.addEventListener('abort', giveUp, { once: true });
    if (options.signal.aborted) giveUp();
    const deadlineMs = clock.monotonicMs() + options.timeoutMs;
    const exited = lease.exited.then(exit => {
      throw exitedError(lease.manifest, exit, '');
    });
    try {
      const answer = shakeHands(lease.channel, { plugin: name, worker, deadlineMs, clock, signal: ending.signal });
      return await Promise.race([answer, exited]);
    } catch (error) {
      throwIfAborted(options.signal);
      throw lease.hasExited ? exitedError(lease.manifest, await lease.exited, '') : error;
    } finally {
      giveUp();
      options.signal.removeEventListener('abort', giveUp);
    }
  }

  /** Lets the orphan guard go and waits a moment for its end; to be called when all processes have ended. */
  close(): Promise<void> {
    return waitBriefly(this.#options.clock, guardEndMs, this.#guard.close());
  }

  #spawn(
    manifest: PluginManifest,
    options: { readonly address: PluginAddress } & Required<Pick<LaunchOptions, 'bindings' | 'hiddenValues'>>,
  ): PluginProcess {
    const { address, bindings } = options;
    const program = wrapProgram(resolveProgram(manifest), manifest);
    const own = new Map([...address.environment, ['MILLRACE_PLUGIN_DIR', manifest.folder]]);
    const child: PipedChild = spawn(program.path, program.args, {
      // A group of its own, so that signals reach its children, and Ctrl-C in the worker's terminal does not reach it.
      detached: true,
      env: pluginEnvironment(manifest, own),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const plugin = new PluginProcess({
      manifest,
      child,
      address,
      bindings,
      log: this.#options.logOf?.(manifest.name) ?? this.#options.log,
      guard: this.#guard,
      clock: this.#options.clock,
      stopDeadlines: this.#options.stopDeadlines ?? { shutdownMs: 1000, terminateMs: 3000 },
    });
    plugin.hideValues(options.hiddenValues);
    if (!program.areLimitsKept) {
      plugin.log.warn({ limits: manifest.limits }, 'Limits of the plugin are not kept: no prlimit here');
    }
    return plugin;
  }

  /** Whatever comes first: the answer, the end of the process, the deadline, the caller's signal. */
  async #waitUntilReady(
    plugin: PluginProcess,
    options: LaunchOptions & { readonly address: PluginAddress; readonly deadlineMs: number },
  ): Promise<HandshakeResponse> {
    const { clock, worker } = this.#options;
    const { address, deadlineMs } = options;
    const { manifest } = plugin;
    const ending = new AbortController();
    const giveUp = (): void => ending.abort();
    const tooLate = new AbortController();
    const timer = clock.after(Math.max(0, deadlineMs - clock.monotonicMs()), () => {
      tooLate.abort();
      giveUp();
    });
    options.signal?.addEventListener('abort', giveUp, { once: true });
    const exited = plugin.exited.then(exit => {
      throw startFailure(manifest, exit);
    });
    const ready = async (): Promise<HandshakeResponse> => {
      const target = await address.resolveTarget(clock, ending.signal);
      const channel = new PluginChannel({ target, token: address.token });
      plugin.attachChannel(channel);
      void plugin.exited.then(() => channel.close());
      return shakeHands(channel, { plugin: manifest.name, worker, deadlineMs, clock, signal: ending.signal });
    };
    try {
      return await Promise.race([ready(), exited]);
    } catch (error) {
      throwIfAborted(options.signal);
      if (plugin.hasExited) throw startFailure(manifest, await plugin.exited);
      // The call has the same deadline as the timer, and either may be first.
      const isLate = tooLate.signal.aborted || (error instanceof ConnectError && error.code === 'DEADLINE_EXCEEDED');
      throw isLate ? startTimeout(plugin, options.startTimeoutMs, error) : error;
    } finally {
      timer.cancel();
      ending.abort();
      options.signal?.removeEventListener('abort', giveUp);
    }
  }
}

function startFailure(manifest: PluginManifest, exit: ExitReport): ConnectError {
  const refused = exit.lastLines.find(isRefusedExec);
  if (refused !== undefined) return notExecutable(manifest, refused);
  return exitedError(manifest, exit, 'did not answer the handshake but');
}

function startTimeout(plugin: PluginProcess, timeoutMs: number, cause: unknown): ConnectError {
  const lines = plugin.lastLines().slice(-5).join(' | ');
  return new ConnectError(
    'PLUGIN_START_TIMEOUT',
    `Plugin '${plugin.manifest.name}' sent no handshake within ${timeoutMs} ms${lines === '' ? ' and printed nothing' : `; last lines: ${lines}`}`,
    { cause, details: { plugin: plugin.manifest.name, timeoutMs: String(timeoutMs) } },
  );
}

/** The error of who no longer wanted a plugin. */
export function startGivenUp(signal: AbortSignal): ConnectError {
  return new ConnectError('SHUTTING_DOWN', 'The start of a plugin was given up', { cause: signal.reason });
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw startGivenUp(signal);
}
