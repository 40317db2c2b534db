import { once } from 'node:events';
import type { handleServerStreamingCall, handleUnaryCall, ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import type { Clock, Timer } from '../async/clock.ts';
import { ConnectError } from '../errors/connect-error.ts';
import type { Herder } from '../herder/herder.ts';
import { timedOut } from '../herder/timed-out.ts';
import type { Logger } from '../logging/logger.ts';
import { toGrpcFailure } from '../wire/status-codec.ts';
import type { CallGate, Entry } from './call-gate.ts';

/** Answers a request, or throws. The signal aborts at the caller's deadline and when the caller goes away. */
export type UnaryMethod<Request, Response> = (request: Request, signal: AbortSignal) => Promise<Response>;

/**
 * Sends messages until there are no more, or throws. `send` resolves when the caller takes more. The signal aborts when the caller goes
 * away, at its deadline, and when the worker stops.
 */
export type StreamMethod<Request, Response> = (
  request: Request,
  send: (message: Response) => Promise<void>,
  signal: AbortSignal,
) => Promise<void>;

/** What {@link AdminCalls} need. */
export interface AdminCallsOptions {
  readonly gate: CallGate;
  readonly herder: Pick<Herder, 'stageText'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How long a call may take whose caller set no deadline, ms: as long as a REST request in Kafka Connect. */
const defaultTimeoutMs = 90_000;

/**
 * How long before the caller's deadline a call is answered, ms and share of its time: a client drops what comes at its deadline or
 * later, and would never learn what kept its request.
 */
const answerBefore = { maxMs: 250, share: 0.1 };

/** Most streams at a time: each costs what its reader has not taken yet (I7). */
const streamsMax = 1000;

/** Turns plain methods into gRPC handlers: admission, deadlines, cancellation, statuses. */
export class AdminCalls {
  readonly #options: AdminCallsOptions;
  #streams = 0;

  constructor(options: AdminCallsOptions) {
    this.#options = options;
  }

  /** A handler that answers what `method` does, at the latest when its time is up, and tells errors as statuses with details. */
  unary<Request, Response>(
    method: UnaryMethod<Request, Response>,
    entry: Entry = 'ready',
  ): handleUnaryCall<Request, Response> {
    return (call, callback) => {
      this.#run(call, method, entry).then(
        response => callback(null, response),
        (error: unknown) => callback(toGrpcFailure(error)),
      );
    };
  }

  /** A handler that sends what `method` sends, for as long as the caller wants. */
  stream<Request, Response>(method: StreamMethod<Request, Response>): handleServerStreamingCall<Request, Response> {
    return call => {
      this.#runStream(call, method).then(
        () => call.end(),
        (error: unknown) => call.emit('error', toGrpcFailure(error)),
      );
    };
  }

  async #runStream<Request, Response>(
    call: ServerWritableStream<Request, Response>,
    method: StreamMethod<Request, Response>,
  ): Promise<void> {
    const { gate, log } = this.#options;
    const path = call.getPath();
    const leave = gate.enter('ready');
    const caller = new AbortController();
    const signal = AbortSignal.any([caller.signal, gate.draining]);
    call.on('cancelled', () =>
      caller.abort(new ConnectError('DEADLINE_EXCEEDED', `Call '${path}' was cancelled by its caller`)),
    );
    this.#streams += 1;
    try {
      if (this.#streams > streamsMax) {
        throw new ConnectError('QUEUE_FULL', `${streamsMax} watches are open; close some, or ask another worker`);
      }
      const send = async (message: Response): Promise<void> => {
        if (!call.write(message)) await once(call, 'drain', { signal });
        signal.throwIfAborted();
      };
      await method(call.request, send, signal);
    } catch (error) {
      if (signal.aborted) throw toError(signal.reason);
      if (!(error instanceof ConnectError)) log.error({ path, err: error }, 'Admin call failed unexpectedly');
      throw error;
    } finally {
      this.#streams -= 1;
      leave();
    }
  }

  async #run<Request, Response>(
    call: ServerUnaryCall<Request, Response>,
    method: UnaryMethod<Request, Response>,
    entry: Entry,
  ): Promise<Response> {
    const { gate, clock, log } = this.#options;
    const path = call.getPath();
    const leave = gate.enter(entry);
    const caller = new AbortController();
    const timer = this.#armDeadline(call.getDeadline(), caller);
    const onCancelled = (): void =>
      caller.abort(new ConnectError('DEADLINE_EXCEEDED', `Call '${path}' was cancelled by its caller`));
    call.on('cancelled', onCancelled);
    const startedMs = clock.monotonicMs();
    try {
      return await settleOrGiveUp(method(call.request, caller.signal), caller.signal);
    } catch (error) {
      if (!(error instanceof ConnectError)) log.error({ path, err: error }, 'Admin call failed unexpectedly');
      throw error;
    } finally {
      timer.cancel();
      call.off('cancelled', onCancelled); // grpc-js says so at the end of every call, answered or not.
      leave();
      log.debug({ path, ms: Math.round(clock.monotonicMs() - startedMs) }, 'Admin call answered');
    }
  }

  #armDeadline(deadline: Date | number, caller: AbortController): Timer {
    const { clock, herder } = this.#options;
    const deadlineMs = deadline instanceof Date ? deadline.getTime() : deadline;
    const leftMs = Math.max(0, deadlineMs - clock.nowMs());
    const timeoutMs = Number.isFinite(deadlineMs)
      ? leftMs - Math.min(answerBefore.maxMs, leftMs * answerBefore.share)
      : defaultTimeoutMs;
    return clock.after(timeoutMs, () => caller.abort(timedOut({ text: herder.stageText })));
  }
}

/**
 * Settles as the work does, or rejects with the signal's reason once that aborts. The work hears of the abort too and often knows
 * better what kept it: what it says at once is taken.
 */
function settleOrGiveUp<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => void setImmediate(() => reject(toError(signal.reason)));
    signal.addEventListener('abort', giveUp, { once: true });
    work
      .then(resolve, (error: unknown) => reject(toError(error)))
      .finally(() => signal.removeEventListener('abort', giveUp));
  });
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
