import { trimSpace } from './java-numbers.ts';

/**
 * A text cut at `: , { } [ ] "`, each of which is a token of its own unless a backslash stands before it.
 *
 * @see `Values.Parser` in Kafka Connect, whose treatment of blanks this repeats: those before an expected token are lost.
 */
export class ValueTokens {
  readonly text: string;
  #index = 0;
  /** Token that was looked at and not taken. */
  #next: string | null = null;
  #previous: string | null = null;

  constructor(text: string) {
    this.text = text;
  }

  /** The token taken last. */
  get previous(): string | null {
    return this.#previous;
  }

  get hasNext(): boolean {
    return this.#next !== null || this.#index < this.text.length;
  }

  /** Place before the next token, to come back to. */
  mark(): number {
    return this.#index - (this.#next?.length ?? 0);
  }

  rewindTo(place: number): void {
    this.#index = place;
    this.#next = null;
    this.#previous = null;
  }

  /** Takes the next token. */
  take(): string {
    const token = this.#next ?? this.#read();
    this.#next = null;
    this.#previous = token;
    return token;
  }

  /** Takes so many tokens as one text; takes none, and gives null, if there are fewer. */
  takeMany(count: number): string | null {
    const start = this.mark();
    for (let taken = 0; taken < count; taken += 1) {
      if (!this.hasNext) {
        this.rewindTo(start);
        return null;
      }
      this.take();
    }
    return this.text.slice(start, this.#index);
  }

  /** Takes the next token if it is that, blanks around it being ignored. */
  takeIf(expected: string): boolean {
    if (this.#next === null) {
      if (!this.hasNext) return false;
      this.#next = this.#read();
    }
    while (trimSpace(this.#next) === '' && this.#index < this.text.length) this.#next = this.#read();
    if (trimSpace(this.#next) !== expected) return false;
    this.#next = null;
    return true;
  }

  #read(): string {
    const start = this.#index;
    let isEscaped = false;
    for (; this.#index < this.text.length; this.#index += 1) {
      const char = this.text.charAt(this.#index);
      if (!isEscaped && ':,{}[]"'.includes(char)) {
        if (start === this.#index) this.#index += 1;
        break;
      }
      isEscaped = char === '\\' && !isEscaped;
    }
    return this.text.slice(start, this.#index);
  }
}
