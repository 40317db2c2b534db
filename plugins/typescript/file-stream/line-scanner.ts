/** A line in {@link LineScanner.buffer}, without its end. */
export interface Line {
  start: number;
  end: number;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Cuts bytes into lines where Kafka Connect's file source does: at LF, CRLF and lone CR. A CR that is the last byte so far is
 * not yet an end, for an LF may follow. Bytes are read into one buffer that is reused and grows only for a longer line.
 *
 * Holds at most `maxLineBytes` and one chunk more (I7).
 *
 * @see `FileStreamSourceTask#extractLine` in Kafka Connect.
 */
export class LineScanner {
  readonly #chunkBytes: number;
  readonly #maxLineBytes: number;
  #buffer: Buffer;
  #start = 0;
  #end = 0;
  // Next LF and next CR from #start on, #end where there is none. Kept from line to line, so that a file that has no CR, or
  // nothing but CR, is searched once for the other.
  #nextFeed = 0;
  #nextReturn = 0;
  /** The line that {@link next} found; one object, reused. */
  readonly line: Line = { start: 0, end: 0 };

  constructor(options: { readonly chunkBytes: number; readonly maxLineBytes: number }) {
    this.#chunkBytes = options.chunkBytes;
    this.#maxLineBytes = options.maxLineBytes;
    this.#buffer = Buffer.allocUnsafeSlow(options.chunkBytes);
  }

  /** Holds the current line. May be another one after {@link room}. */
  get buffer(): Buffer {
    return this.#buffer;
  }

  /** Bytes that are no complete line, or not scanned yet. */
  get pendingBytes(): number {
    return this.#end - this.#start;
  }

  /** The line at hand is longer than `maxLineBytes`, so there is no room for more of it. */
  get isFull(): boolean {
    return this.pendingBytes > this.#maxLineBytes;
  }

  /**
   * Free space to read into. Call it only when {@link next} has returned 0.
   *
   * @returns undefined when {@link isFull}.
   */
  room(): { readonly buffer: Buffer; readonly start: number; readonly length: number } | undefined {
    if (this.isFull) return undefined;
    if (this.#start > 0) this.#moveToFront();
    if (this.#end === this.#buffer.length) this.#resize(this.#buffer.length * 2);
    else if (this.#end === 0 && this.#buffer.length > this.#chunkBytes) this.#resize(this.#chunkBytes);
    return { buffer: this.#buffer, start: this.#end, length: this.#buffer.length - this.#end };
  }

  /** Takes in bytes that were read into {@link room}. */
  added(bytes: number): void {
    const from = this.#end;
    this.#end += bytes;
    if (this.#nextFeed === from) this.#nextFeed = this.#find(lineFeed, from);
    if (this.#nextReturn === from) this.#nextReturn = this.#find(carriageReturn, from);
  }

  /**
   * Finds the next line and puts it into {@link line}.
   *
   * @returns bytes that the line takes with its end; 0 if there is no complete line.
   */
  next(): number {
    if (this.#nextFeed < this.#start) this.#nextFeed = this.#find(lineFeed, this.#start);
    if (this.#nextReturn < this.#start) this.#nextReturn = this.#find(carriageReturn, this.#start);
    const feed = this.#nextFeed;
    const carriage = this.#nextReturn;
    if (feed < carriage) return this.#take(feed, feed + 1);
    // Also where neither is there, for then both stand at the end.
    if (carriage + 1 >= this.#end) return 0;
    return this.#take(carriage, feed === carriage + 1 ? carriage + 2 : carriage + 1);
  }

  /** Forgets everything. */
  clear(): void {
    this.#start = 0;
    this.#end = 0;
    this.#nextFeed = 0;
    this.#nextReturn = 0;
  }

  #take(end: number, nextStart: number): number {
    const length = nextStart - this.#start;
    this.line.start = this.#start;
    this.line.end = end;
    this.#start = nextStart;
    return length;
  }

  /** Bytes after the end are left over from an earlier chunk. */
  #find(byte: number, from: number): number {
    const found = this.#buffer.indexOf(byte, from);
    return found === -1 || found > this.#end ? this.#end : found;
  }

  #moveToFront(): void {
    this.#buffer.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#nextFeed -= this.#start;
    this.#nextReturn -= this.#start;
    this.#start = 0;
  }

  #resize(bytes: number): void {
    const other = Buffer.allocUnsafeSlow(bytes);
    this.#buffer.copy(other, 0, 0, this.#end);
    this.#buffer = other;
  }
}
