/**
 * Settles as `work` does, or rejects with `onAbort()` as soon as the signal aborts. The work itself goes on; what it gives later is
 * dropped.
 */
export function abortable<T>(work: Promise<T>, signal: AbortSignal, onAbort: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      work.catch(() => undefined); // the caller has gone; whoever runs the work reports its failure
      reject(onAbort());
      return;
    }
    const abort = (): void => reject(onAbort());
    signal.addEventListener('abort', abort, { once: true });
    work
      .then(resolve, (error: unknown) => reject(error instanceof Error ? error : new Error(String(error))))
      .finally(() => signal.removeEventListener('abort', abort));
  });
}
