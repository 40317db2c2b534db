import type { handleUnaryCall, ServerUnaryCall } from '@grpc/grpc-js';
import { abortable } from '../async/abortable.ts';
import type { Clock } from '../async/clock.ts';
import { ConnectError, toConnectError } from '../errors/connect-error.ts';
import type { Logger } from '../logging/logger.ts';
import { toGrpcFailure } from '../wire/status-codec.ts';

/** Answers a request, or throws. The signal aborts at the caller's deadline and when the caller goes away. */
export type UnaryMethod<Request, Response> = (request: Request, signal: AbortSignal) => Promise<Response>;

/** How long a call may take whose caller set no deadline, ms: as long as a REST request in Kafka Connect. */
const defaultTimeoutMs = 90_000;

/** Turns plain methods into gRPC handlers: deadlines, cancellation, statuses. */
export class UnaryCalls {
  readonly #clock: Clock;
  readonly #log: Logger;

  constructor(options: { readonly clock: Clock; readonly log: Logger }) {
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** A handler that answers what `method` does, at the latest when its time is up, and tells errors as statuses with details. */
  handler<Request, Response>(method: UnaryMethod<Request, Response>): handleUnaryCall<Request, Response> {
    return (call, callback) => {
      this.#run(call, method).then(
        response => callback(null, response),
        (error: unknown) => callback(toGrpcFailure(error)),
      );
    };
  }

  async #run<Request, Response>(
    call: ServerUnaryCall<Request, Response>,
    method: UnaryMethod<Request, Response>,
  ): Promise<Response> {
    const path = call.getPath();
    const timeoutMs = this.#timeoutMs(call.getDeadline());
    const caller = new AbortController();
    const abort = (message: string): void => caller.abort(new ConnectError('DEADLINE_EXCEEDED', message));
    const timer = this.#clock.after(timeoutMs, () => abort(`Call '${path}' was not done within ${timeoutMs} ms`));
    const onCancelled = (): void => abort(`Call '${path}' was cancelled by its caller`);
    call.on('cancelled', onCancelled);
    const startedMs = this.#clock.monotonicMs();
    try {
      const work = method(call.request, caller.signal);
      return await abortable(work, caller.signal, () => toConnectError(caller.signal.reason));
    } catch (error) {
      if (!(error instanceof ConnectError)) this.#log.error({ path, err: error }, 'Admin call failed unexpectedly');
      throw error;
    } finally {
      timer.cancel();
      call.off('cancelled', onCancelled); // grpc-js says so at the end of every call, answered or not.
      this.#log.debug({ path, ms: Math.round(this.#clock.monotonicMs() - startedMs) }, 'Admin call answered');
    }
  }

  #timeoutMs(deadline: Date | number): number {
    const deadlineMs = deadline instanceof Date ? deadline.getTime() : deadline;
    return Number.isFinite(deadlineMs) ? Math.max(0, deadlineMs - this.#clock.nowMs()) : defaultTimeoutMs;
  }
}
