import { isRestart, whenAborted } from './stop-request.ts';
import type { RunningWorker } from './worker-parts.ts';

/**
 * Runs a worker until the signal aborts, or the worker can do no more, and closes it. A signal that says that the process will be
 * started again makes the other workers of the cluster wait for it (D8).
 *
 * @throws {ConnectError} as `start`, or why the worker gave up; a start that was cut short by the signal is no error.
 */
export async function runWorker(start: () => Promise<RunningWorker>, signal: AbortSignal): Promise<void> {
  let worker: RunningWorker;
  try {
    worker = await start();
  } catch (error) {
    // Stopped while it started: that is what was asked for.
    if (signal.aborted) return;
    throw error;
  }
  const failure = await Promise.race([whenAborted(signal), worker.failed]);
  await worker.close({ willReturn: isRestart(signal) });
  if (failure instanceof Error) throw failure;
}
