import { Socket } from 'node:net';

/**
 * Aborts at the first SIGINT or SIGTERM and, with `stdin`, when standard input closes. From the call on, those signals no longer
 * end the process by themselves: what runs must stop when this aborts. Listening to stdin does not keep the process alive.
 */
export function createStopSignal(options: { readonly stdin: boolean }): AbortSignal {
  const controller = new AbortController();
  const stop = (reason: string) => (): void => controller.abort(new Error(reason));
  process.on('SIGINT', stop('SIGINT'));
  process.on('SIGTERM', stop('SIGTERM'));
  if (options.stdin) {
    for (const event of ['error', 'end', 'close']) process.stdin.on(event, stop('stdin closed'));
    process.stdin.resume();
    if (process.stdin instanceof Socket) process.stdin.unref();
  }
  return controller.signal;
}

/** Resolves when the signal aborts. */
export function whenAborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
