import type { Clock } from '../../src/async/clock.ts';

const timeWidth = 8;
const labelWidth = 11;

/** Tells the story, line by line, with the seconds since its beginning. */
export class Narrator {
  readonly #clock: Clock;
  readonly #startMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startMs = clock.monotonicMs();
  }

  /** A step with its label; more lines of the text come below the first. */
  tell(label: string, text: string): void {
    const time = `${((this.#clock.monotonicMs() - this.#startMs) / 1000).toFixed(1)} s`;
    const [first = '', ...more] = text.split('\n');
    this.#print(`${time.padStart(timeWidth)}  ${label.padEnd(labelWidth)} ${first}`);
    for (const line of more) this.#print(`${' '.repeat(timeWidth + 2 + labelWidth)} ${line}`);
  }

  /** A line by itself. */
  print(text: string): void {
    this.#print(text);
  }

  #print(text: string): void {
    process.stdout.write(`${text.trimEnd()}\n`);
  }
}

/** A number as people read it, such as `10,000`. */
export function readable(count: number): string {
  return count.toLocaleString('en');
}
