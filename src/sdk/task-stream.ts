import type { ServerDuplexStream } from '@grpc/grpc-js';
import { createDeferred, type Deferred } from '../async/deferred.ts';
import type { Clock, Timer } from '../async/clock.ts';
import type { Failure, Heartbeat, HostCall, HostReply } from '../wire/data-messages.ts';
import { toGrpcFailure } from '../wire/status-codec.ts';
import { ConnectorError } from './failure.ts';
import type { TaskStatus } from './source-task.ts';

/** The messages that source and sink tasks both send. */
export type TaskUp =
  | { readonly kind: 'heartbeat'; readonly heartbeat: Heartbeat }
  | { readonly kind: 'call'; readonly call: HostCall }
  | { readonly kind: 'failure'; readonly failure: Failure }
  | { readonly kind: 'stopped'; readonly stopped: Record<string, never> };

/**
 * The plugin's end of a task stream: writes with backpressure, signs of life, questions to the worker, and one orderly end.
 * Ends by itself when the worker cancels or the connection breaks; {@link closed} then aborts.
 */
export class TaskStream {
  readonly #call: ServerDuplexStream<Buffer, Buffer>;
  readonly #encode: (message: TaskUp) => Buffer;
  readonly #clock: Clock;
  readonly #closed = new AbortController();
  readonly #hostCalls = new Map<number, Deferred<HostReply>>();
  #nextCallId = 1;
  #drained: Deferred<void> | undefined;
  #isEnded = false;
  #heartbeatTimer: Timer | undefined;
  #status: TaskStatus = {};

  constructor(options: {
    readonly call: ServerDuplexStream<Buffer, Buffer>;
    readonly encode: (message: TaskUp) => Buffer;
    readonly clock: Clock;
  }) {
    this.#call = options.call;
    this.#encode = options.encode;
    this.#clock = options.clock;
    this.#call.on('drain', () => {
      this.#drained?.resolve();
      this.#drained = undefined;
    });
    this.#call.on('cancelled', () => this.#close());
    // An error of the stream is the worker's going away; the task ends as if it had been cancelled.
    this.#call.on('error', () => this.#close());
  }

  /** Aborts once the worker is gone or has cancelled. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Sends a small message at once. Nothing is sent after the end. */
  send(message: Buffer): void {
    if (this.#isEnded || this.closed.aborted) return;
    if (!this.#call.write(message)) this.#drained ??= createDeferred();
  }

  /** Sends a message once those before it have left; returns early when the stream is closed. */
  async sendWhenDrained(message: Buffer): Promise<void> {
    await this.#drained?.promise;
    this.send(message);
  }

  /** Sends a sign of life now and every `intervalMs`. */
  startHeartbeats(intervalMs: number): void {
    const beat = (): void => {
      // A worker that does not read its stream would not read the sign either, and it must not pile up (I7).
      if (this.#drained === undefined) this.#sendHeartbeat();
      this.#heartbeatTimer = this.#clock.after(intervalMs, beat);
    };
    beat();
  }

  /** What signs of life say from now on; sent at once when it announces silence. */
  report(status: TaskStatus): void {
    this.#status = status;
    if (status.quietForMs !== undefined) this.#sendHeartbeat();
  }

  /** Asks the worker. @throws {ConnectorError} with the worker's failure, or when the stream closes first. */
  async ask(call: HostCall['call']): Promise<HostReply['reply']> {
    const id = this.#nextCallId;
    this.#nextCallId += 1;
    const answered = createDeferred<HostReply>();
    this.#hostCalls.set(id, answered);
    this.send(this.#encode({ kind: 'call', call: { id, call } }));
    if (this.closed.aborted) answered.reject(streamClosed());
    const { error, reply } = await answered.promise;
    if (error !== null) throw new ConnectorError(error, error.message, { retryAfterMs: error.retryAfterMs });
    return reply;
  }

  /** Hands an answer to whoever asked; one that nobody waits for is ignored. */
  receiveReply(reply: HostReply): void {
    this.#hostCalls.get(reply.id)?.resolve(reply);
    this.#hostCalls.delete(reply.id);
  }

  /** Reports a failure and ends. */
  fail(failure: Failure): void {
    this.send(this.#encode({ kind: 'failure', failure }));
    this.end();
  }

  /** Says that the task has stopped; the stream stays open for acknowledgements. */
  sendStopped(): void {
    this.send(this.#encode({ kind: 'stopped', stopped: {} }));
  }

  /** Ends the stream in good order. Idempotent. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#heartbeatTimer?.cancel();
    if (!this.closed.aborted) this.#call.end();
  }

  /** Ends the stream with an error status: the worker broke the protocol. */
  refuse(error: unknown): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#heartbeatTimer?.cancel();
    this.#call.emit('error', toGrpcFailure(error));
  }

  #sendHeartbeat(): void {
    const { phase = '', backlog = null, quietForMs = 0 } = this.#status;
    this.send(this.#encode({ kind: 'heartbeat', heartbeat: { phase, backlog, quietForMs, samples: [] } }));
  }

  #close(): void {
    this.#heartbeatTimer?.cancel();
    this.#closed.abort();
    this.#drained?.resolve();
    this.#drained = undefined;
    for (const waiting of this.#hostCalls.values()) waiting.reject(streamClosed());
    this.#hostCalls.clear();
  }
}

function streamClosed(): ConnectorError {
  return new ConnectorError({ category: 'TRANSIENT', code: 'STREAM_CLOSED' }, 'The worker has ended the task');
}

/** Time between signs of life: sooner than asked, so that a busy moment does not make one late. */
export function heartbeatIntervalMs(askedMs: number): number {
  return askedMs === 0 ? 5000 : Math.max(20, Math.floor((askedMs * 2) / 3));
}
