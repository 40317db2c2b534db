import { Socket } from 'node:net';

/** Why a process was asked to stop; the reason of {@link createStopSignal}'s signal. */
export class StopRequest extends Error {
  override readonly name: string = 'StopRequest';
  /** It was said that the process will be started again soon. */
  readonly willReturn: boolean;

  constructor(message: string, options: { readonly willReturn: boolean } = { willReturn: false }) {
    super(message);
    this.willReturn = options.willReturn;
  }
}

/**
 * Aborts at the first SIGINT or SIGTERM, or SIGUSR2, which also says that the process is about to be started again, and, with `stdin`,
 * when standard input closes. The first one counts. From the call on, those signals no longer end the process by themselves: what runs
 * must stop when this aborts. Listening to stdin does not keep the process alive.
 */
export function createStopSignal(options: { readonly stdin: boolean }): AbortSignal {
  const controller = new AbortController();
  const stop = (reason: string) => (): void => controller.abort(new StopRequest(reason));
  process.on('SIGINT', stop('SIGINT'));
  process.on('SIGTERM', stop('SIGTERM'));
  process.on('SIGUSR2', () => controller.abort(new StopRequest('SIGUSR2', { willReturn: true })));
  if (options.stdin) {
    for (const event of ['error', 'end', 'close']) process.stdin.on(event, stop('stdin closed'));
    process.stdin.resume();
    if (process.stdin instanceof Socket) process.stdin.unref();
  }
  return controller.signal;
}

/** Whether the signal has aborted because the process is about to be started again. */
export function isRestart(signal: AbortSignal): boolean {
  return signal.reason instanceof StopRequest && signal.reason.willReturn;
}

/** Resolves when the signal aborts. */
export function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
