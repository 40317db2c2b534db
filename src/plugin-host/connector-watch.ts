import type { ClientReadableStream, StatusObject } from '@grpc/grpc-js';
import type { Clock } from '../async/clock.ts';
import { createDeferred } from '../async/deferred.ts';
import { ConnectError } from '../errors/connect-error.ts';
import { openWatch } from '../wire/plugin-calls.ts';
import type { WatchEvent, WatchRequest } from '../wire/plugin-messages.ts';
import type { PluginLease } from './plugin-lease.ts';
import { SilenceWatch } from './silence-watch.ts';
import { endOfStream } from './stream-end.ts';
import {
  endedBeforeStart,
  failedByReport,
  failedByViolation,
  settleTaskEnd,
  type TaskEnd,
  type TaskOutcome,
} from './task-end.ts';
import { waitBriefly } from './wait-briefly.ts';

/** What the owner of a connector instance wants to hear. */
export interface WatchHandlers {
  /** The plan is out of date: ask `PlanTasks` again. */
  replanTasks(reason: string): void;
}

/** How long the exit of the process may take to be seen after the stream broke. */
const settleMs = 1000;

/** A running connector instance: the open `Watch` call of a plugin process. The process ends with it. */
export class ConnectorWatch {
  readonly #process: PluginLease;
  readonly #clock: Clock;
  readonly #handlers: WatchHandlers;
  readonly #call: ClientReadableStream<WatchEvent>;
  readonly #silence: SilenceWatch;
  readonly #started = createDeferred<undefined>();
  readonly #ended = createDeferred<TaskEnd>();
  readonly #streamEnded = createDeferred<undefined>();
  #outcome: TaskOutcome | undefined;

  /** @internal made by `ConnectorClient.watch`. */
  constructor(options: {
    readonly process: PluginLease;
    readonly clock: Clock;
    readonly request: WatchRequest;
    readonly deadAfterMs: number;
    readonly handlers: WatchHandlers;
  }) {
    const { process: plugin, clock, deadAfterMs } = options;
    this.#process = plugin;
    this.#clock = clock;
    this.#handlers = options.handlers;
    this.#call = openWatch(plugin.channel.client, options.request, { metadata: plugin.channel.metadata() });
    this.#call.on('data', (event: WatchEvent) => this.#receive(event));
    // The status event says the same.
    this.#call.on('error', () => undefined);
    this.#call.on('status', (status: StatusObject) => void this.#onStatus(status));
    this.#silence = new SilenceWatch({ clock, deadAfterMs, onSilent: silentMs => this.#onSilent(silentMs) });
    void plugin.exited.then(() => this.#onExit());
    void this.ended.then(end => this.#started.reject(endedBeforeStart(end)));
  }

  /** Resolves when the connector's own start has succeeded; rejects with the reason when it ends before. */
  get started(): Promise<void> {
    return this.#started.promise;
  }

  /** How the instance ended; its process is gone by then. Never rejects. */
  get ended(): Promise<TaskEnd> {
    return this.#ended.promise;
  }

  /** Stops the instance: cancels the call, which is how `Watch` is ended, then the process's own rungs. Idempotent. */
  stop(): Promise<TaskEnd> {
    // A cancelled `Watch` is how a connector hears of its end.
    this.#end({ kind: 'stopped', isClean: true }, true);
    return this.ended;
  }

  #receive({ event }: WatchEvent): void {
    if (this.#outcome !== undefined) return;
    this.#silence.sign();
    try {
      if (event?.kind === 'watching') this.#started.resolve(undefined);
      if (event?.kind === 'failed') this.#end(failedByReport(event.failed), true);
      if (event?.kind === 'replanTasks') this.#handlers.replanTasks(event.replanTasks.reason);
    } catch (error) {
      this.#end(failedByViolation(error));
    }
  }

  #onSilent(silentMs: number): void {
    const message = `Plugin '${this.#process.manifest.name}' sent nothing on Watch for ${silentMs} ms and was killed`;
    this.#end({ kind: 'died', error: new ConnectError('PLUGIN_SILENT', message) });
  }

  async #onStatus(status: StatusObject): Promise<void> {
    this.#streamEnded.resolve(undefined);
    if (this.#outcome !== undefined) return;
    // A process that dies breaks its stream first; the death is what counts.
    await waitBriefly(this.#clock, settleMs, this.#process.exited);
    if (!this.#process.hasExited) this.#end(endOfStream(this.#process.manifest.name, status), true);
  }

  /** The rest of the stream may hold the connector's own word on its failure. */
  async #onExit(): Promise<void> {
    await waitBriefly(this.#clock, settleMs, this.#streamEnded.promise);
    this.#end({ kind: 'died', error: undefined });
  }

  /** @param isOver nothing of the connector runs in the process any more. */
  #end(outcome: TaskOutcome, isOver = false): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    this.#silence.stop();
    this.#call.cancel();
    void settleTaskEnd(this.#process, outcome, isOver).then(end => this.#ended.resolve(end));
  }
}
