const lineFeed = 0x0a;

/** Lines gathered for one write; one growing buffer, reused. */
export class LineBuffer {
  #buffer: Buffer = Buffer.allocUnsafeSlow(64 * 1024);
  #length = 0;

  /** Appends bytes of `source` and a line end. */
  append(source: Buffer, start: number, end: number): void {
    const bytes = end - start + 1;
    if (this.#length + bytes > this.#buffer.length) this.#grow(bytes);
    source.copy(this.#buffer, this.#length, start, end);
    this.#length += bytes;
    this.#buffer[this.#length - 1] = lineFeed;
  }

  /** Appends a text and a line end. */
  appendText(text: string): void {
    const bytes = Buffer.from(text);
    this.append(bytes, 0, bytes.length);
  }

  /** What was gathered; valid until the next {@link append}, which starts over. */
  take(): Buffer {
    const lines = this.#buffer.subarray(0, this.#length);
    this.#length = 0;
    return lines;
  }

  #grow(bytes: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#length + bytes, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}
