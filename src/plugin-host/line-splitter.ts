const newline = 0x0a;

/** Cuts a stream of bytes into lines, holding at most `lineBytesMax` of the current one (I7). */
export class LineSplitter {
  readonly #lineBytesMax: number;
  readonly #onLine: (line: string) => void;
  #pieces: Buffer[] = [];
  #heldBytes = 0;
  #cutBytes = 0;

  /** @param onLine gets each line without its end; a line that is too long is cut and says so. */
  constructor(lineBytesMax: number, onLine: (line: string) => void) {
    this.#lineBytesMax = lineBytesMax;
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      this.#hold(chunk.subarray(start, end));
      this.flush();
      start = end + 1;
    }
    if (start < chunk.length) this.#hold(chunk.subarray(start));
  }

  /** Hands out what is held of the last line, if anything. */
  flush(): void {
    const isCut = this.#cutBytes > 0;
    const text = Buffer.concat(this.#pieces).toString('utf8').replace(/\r$/, '');
    const line = isCut ? `${text}… [${this.#cutBytes} bytes cut]` : text;
    this.#pieces = [];
    this.#heldBytes = 0;
    this.#cutBytes = 0;
    if (line !== '') this.#onLine(line);
  }

  #hold(piece: Buffer): void {
    const kept = piece.subarray(0, this.#lineBytesMax - this.#heldBytes);
    this.#cutBytes += piece.length - kept.length;
    if (kept.length === 0) return;
    // A copy, so that a short rest does not keep a whole chunk alive.
    this.#pieces.push(Buffer.from(kept));
    this.#heldBytes += kept.length;
  }
}
