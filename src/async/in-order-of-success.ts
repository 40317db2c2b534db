import { createDeferred } from './deferred.ts';

/**
 * The same outcomes in the order in which they come: the first promise is fulfilled by whichever of the given ones is fulfilled first.
 * Those that are rejected come last, so that the first promise is rejected only when all are. A rejection that nobody awaits is not
 * reported as unhandled.
 */
export function inOrderOfSuccess<T>(promises: readonly Promise<T>[]): Promise<T>[] {
  const waiting = promises.map(() => createDeferred<T>());
  const ordered = waiting.map(({ promise }) => promise);
  for (const promise of promises) {
    promise.then(
      value => waiting.shift()?.resolve(value),
      (error: unknown) => waiting.pop()?.reject(error instanceof Error ? error : new Error(String(error))),
    );
  }
  return ordered;
}
