import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Clock, Timer } from '../async/clock.ts';
import { createDeferred } from '../async/deferred.ts';
import { ConnectError, messageOf } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import { pluginService } from '../wire/grpc-services.ts';
import { callUnary } from '../wire/plugin-calls.ts';
import type { HandshakeResponse } from '../wire/plugin-messages.ts';
import { describeExit, judgeOom, type ExitReport } from './exit-report.ts';
import { readOomKills } from './oom-kills.ts';
import type { OrphanGuard } from './orphan-guard.ts';
import type { PluginAddress } from './plugin-address.ts';
import { type PluginChannel, sendBytesMaxOf } from './plugin-channel.ts';
import type { LeaseOwner, PluginLease } from './plugin-lease.ts';
import type { PluginManifest } from './plugin-manifest.ts';
import { PluginOutput } from './plugin-output.ts';
import {
  type StopDeadlines,
  superviseStep,
  type SupervisionEffect,
  type SupervisionEvent,
  type SupervisionState,
} from './supervision.ts';
import { waitBriefly } from './wait-briefly.ts';

/** A child with all three of its standard streams piped. */
export type PipedChild = ChildProcessByStdio<Writable, Readable, Readable>;

/** What a running process is made of; the launcher brings it together. */
export interface PluginProcessParts {
  readonly manifest: PluginManifest;
  readonly child: PipedChild;
  readonly address: PluginAddress;
  readonly guard: OrphanGuard;
  readonly clock: Clock;
  /** What its lines are logged with at first; see {@link PluginProcess.bind}. */
  readonly bindings: Readonly<Record<string, string | number>>;
  readonly log: Logger;
  readonly stopDeadlines: StopDeadlines;
}

/** After the exit, how long output may still come from processes that left the group and hold the pipes open. */
const outputAfterExitMs = 1000;

/** One plugin process, from its start until nothing of it is left. Supervised by {@link superviseStep}. */
export class PluginProcess implements PluginLease {
  readonly #parts: PluginProcessParts;
  readonly #oomKillsAtStart = readOomKills();
  readonly #exited = createDeferred<ExitReport>();
  readonly #output: PluginOutput;
  readonly #outputEnded: Promise<unknown>;
  #log: Logger;
  #state: SupervisionState = { kind: 'running' };
  #timer: Timer | undefined;
  #isEndRequested = false;
  #cause: ConnectError | undefined;
  #channel: PluginChannel | undefined;
  #handshake: HandshakeResponse | undefined;

  /** @internal the launcher makes these. */
  constructor(parts: PluginProcessParts) {
    this.#parts = parts;
    const { child, guard } = parts;
    this.#log = this.#childLog(parts.bindings);
    const output = new PluginOutput(this.#log);
    this.#output = output;
    this.#outputEnded = Promise.all([output.read(child.stdout), output.read(child.stderr)]);
    // A plugin that does not read its stdin is no fault: the pipe is there for its end.
    child.stdin.on('error', () => child.stdin.destroy());
    if (child.pid !== undefined) guard.add(child.pid);
    child.once('exit', (code, signal) => this.#onExit({ code, signal }));
    child.once('error', error => {
      if (child.pid === undefined) this.#onSpawnError(error);
      else this.#log.warn({ err: error }, 'Signal to a plugin process failed');
    });
  }

  get manifest(): PluginManifest {
    return this.#parts.manifest;
  }

  /** Process id, which is the id of its group too; 0 if it never came to run. */
  get pid(): number {
    return this.#parts.child.pid ?? 0;
  }

  /** Connection to the process; the launcher hands it over once shaken hands. */
  get channel(): PluginChannel {
    if (this.#channel === undefined) throw new Error('The plugin process has no connection yet');
    return this.#channel;
  }

  /** What the plugin answered to the handshake. */
  get handshake(): HandshakeResponse {
    if (this.#handshake === undefined) throw new Error('The plugin process has not answered the handshake yet');
    return this.#handshake;
  }

  /** Largest message that may be sent to it, bytes (rule 8). */
  get sendBytesMax(): number {
    return sendBytesMaxOf(this.#handshake ?? null);
  }

  /** Resolves when the process and all of its group are gone and its output is read; never rejects. */
  get exited(): Promise<ExitReport> {
    return this.#exited.promise;
  }

  get hasExited(): boolean {
    return this.#state.kind === 'exited';
  }

  /** @internal called by the launcher. */
  attachChannel(channel: PluginChannel): void {
    this.#channel = channel;
  }

  /** @internal called by the launcher. */
  markReady(handshake: HandshakeResponse): void {
    this.#handshake = handshake;
  }

  /** Blanks these values out of everything the process prints from now on: values of secret configuration keys (I9). */
  hideValues(values: readonly string[]): void {
    this.#output.hide(values);
  }

  /** Ends its stdin, as the worker's own end does: the plugin exits now. */
  closeStdin(): void {
    this.#parts.child.stdin.end();
  }

  /** The log with the present bindings. */
  get log(): Logger {
    return this.#log;
  }

  /** Logs its lines with these bindings from now on: who has the process now. */
  bind(bindings: Readonly<Record<string, string | number>>): void {
    this.#log = this.#childLog(bindings);
    this.#output.setLog(this.#log);
  }

  /** Last lines of the output so far; for one of several owners, those that are not said to be of another. */
  lastLines(owner?: LeaseOwner): readonly string[] {
    return this.#output.lastLines(owner);
  }

  /** The only owner is done with it: ends it, see {@link stop}. */
  release(): Promise<ExitReport> {
    return this.stop();
  }

  /**
   * Ends the process: `Shutdown` call → SIGTERM → SIGKILL, each with its deadline, both signals to the group. A second call
   * waits for the first. Resolves when it is gone.
   */
  async stop(): Promise<ExitReport> {
    this.#isEndRequested = true;
    this.#step({ kind: 'stop', deadlines: this.#parts.stopDeadlines });
    return this.#exited.promise;
  }

  /** Kills the group at once. `cause`, if given, is why, and goes to the exit report. Resolves when it is gone. */
  async kill(cause?: ConnectError): Promise<ExitReport> {
    if (!this.hasExited) this.#cause ??= cause;
    this.#isEndRequested = true;
    this.#step({ kind: 'kill' });
    return this.#exited.promise;
  }

  #childLog(bindings: Readonly<Record<string, string | number>>): Logger {
    return this.#parts.log.child({ ...bindings, plugin: this.#parts.manifest.name });
  }

  #step(event: SupervisionEvent): void {
    const [state, effects] = superviseStep(this.#state, event);
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: SupervisionEffect): void {
    switch (effect.kind) {
      case 'callShutdown':
        return this.#callShutdown();
      case 'signalGroup':
        return this.#signalGroup(effect.signal);
      case 'armTimer':
        this.#timer?.cancel();
        this.#timer = this.#parts.clock.after(effect.delayMs, () => this.#step({ kind: 'timer' }));
        return;
      case 'cancelTimer':
        return this.#timer?.cancel();
      case 'abandon':
        this.#log.error({ pid: this.pid }, 'A killed plugin process is still there; it hangs in the kernel');
        void this.#finish({ code: null, signal: 'SIGKILL' });
        return;
    }
  }

  /** Whatever comes of the call, the ladder goes on by its deadline; a refusal only saves the wait. */
  #callShutdown(): void {
    const refused = (): void => this.#step({ kind: 'shutdownFailed' });
    if (this.#channel === undefined || this.#handshake === undefined) return refused();
    const deadline = this.#parts.clock.nowMs() + this.#parts.stopDeadlines.shutdownMs;
    const options = { metadata: this.#channel.metadata(), call: { deadline } };
    callUnary(this.#channel.client, pluginService.shutdown, {}, options).then(() => undefined, refused);
  }

  #signalGroup(signal: 'SIGTERM' | 'SIGKILL'): void {
    // 0 and 1 as a group would be the worker's own group and everything.
    if (this.pid <= 1) return;
    try {
      process.kill(-this.pid, signal);
    } catch {
      // Nobody is left in the group, which is what a signal is for.
    }
  }

  #onSpawnError(error: Error): void {
    const { manifest } = this.#parts;
    this.#cause = new ConnectError(
      'PLUGIN_NOT_EXECUTABLE',
      `Plugin '${manifest.name}' cannot be started: ${messageOf(error)}`,
      { cause: error, details: { plugin: manifest.name } },
    );
    this.#onExit({ code: null, signal: null });
  }

  #onExit(exit: Pick<ExitReport, 'code' | 'signal'>): void {
    if (this.hasExited) return;
    this.#step({ kind: 'exit' });
    void this.#finish(exit);
  }

  async #finish(exit: Pick<ExitReport, 'code' | 'signal'>): Promise<void> {
    const { address, child, clock, guard } = this.#parts;
    const output = this.#output;
    await waitBriefly(clock, outputAfterExitMs, this.#outputEnded);
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
    guard.remove(this.pid);
    address.release();
    const oomKills = readOomKills();
    const start = this.#oomKillsAtStart;
    const facts = { ...exit, isRequested: this.#isEndRequested, lastLines: output.lastLines(), cause: this.#cause };
    const oomKillsRose = oomKills === undefined || start === undefined ? undefined : oomKills > start;
    const report = { ...facts, oom: judgeOom(facts, oomKillsRose) };
    const level = report.isRequested ? 'info' : 'warn';
    this.#log[level](
      { pid: this.pid, code: report.code, signal: report.signal, oom: report.oom },
      'Plugin process ended',
    );
    this.#exited.resolve(report);
  }
}

/** The error of a process that ended although it was needed. @param when a clause: `before it answered the handshake`. */
export function exitedError(manifest: PluginManifest, exit: ExitReport, when: string): ConnectError {
  if (exit.cause !== undefined) return exit.cause;
  const details = {
    plugin: manifest.name,
    exitCode: String(exit.code ?? ''),
    signal: exit.signal ?? '',
    oom: exit.oom,
  };
  const message = `Plugin '${manifest.name}' ${when === '' ? '' : `${when} `}${describeExit(exit)}`;
  return new ConnectError('PLUGIN_EXITED', message, { details });
}
