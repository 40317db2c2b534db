import { abortable } from '../async/abortable.ts';
import { Bell } from '../async/bell.ts';
import { toConnectError } from '../errors/connect-error.ts';

/**
 * What changed since a watcher was last told of it, each thing once: however slow the watcher is, no more waits for it than there are
 * things (I7), and it is told their newest state.
 */
export class UnsentChanges<T> {
  readonly #changed = new Set<T>();
  readonly #bell = new Bell();

  add(thing: T): void {
    this.#changed.add(thing);
    this.#bell.ring();
  }

  /** Takes the thing out that waits longest; waits for one if there is none. @throws the signal's reason. */
  async next(signal: AbortSignal): Promise<T> {
    for (;;) {
      signal.throwIfAborted();
      for (const thing of this.#changed) {
        this.#changed.delete(thing);
        return thing;
      }
      await abortable(this.#bell.wait(), signal, () => toConnectError(signal.reason));
    }
  }
}
