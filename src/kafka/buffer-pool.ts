/**
 * Buffers that record batches have finished with, kept for the next ones. Bounded (I7): what does not fit is left to the garbage
 * collector. Their content is whatever it was.
 */
export class BufferPool {
  readonly #maxRetainedBytes: number;
  readonly #free = new Map<number, Buffer[]>();
  #retainedBytes = 0;

  constructor(maxRetainedBytes: number) {
    this.#maxRetainedBytes = maxRetainedBytes;
  }

  /** A buffer of exactly `size` bytes. */
  take(size: number): Buffer {
    const buffer = this.#free.get(size)?.pop();
    if (buffer === undefined) return Buffer.allocUnsafeSlow(size);
    this.#retainedBytes -= size;
    return buffer;
  }

  /** Hands a buffer back; the giver must not touch it afterwards. */
  give(buffer: Buffer): void {
    const size = buffer.length;
    if (this.#retainedBytes + size > this.#maxRetainedBytes) return;
    this.#retainedBytes += size;
    const free = this.#free.get(size);
    if (free === undefined) this.#free.set(size, [buffer]);
    else free.push(buffer);
  }
}
