/** A count that only rises. */
export class Counter {
  #value = 0;

  get value(): number {
    return this.#value;
  }

  add(count = 1): void {
    this.#value += count;
  }
}
