/** How the lines that went in and those that came out compare. */
export interface Comparison {
  readonly linesIn: number;
  readonly linesOut: number;
  /** Lines that went in and never came out. */
  readonly missing: number;
  /** Lines that came out and never went in. */
  readonly foreign: number;
  /** Lines that came out more than once, each further time counted. */
  readonly duplicates: number;
}

/** Compares lines as sets. @param linesIn each different from all others. */
export function compareLines(linesIn: readonly string[], linesOut: readonly string[]): Comparison {
  const wanted = new Set(linesIn);
  const found = new Set(linesOut);
  return {
    linesIn: linesIn.length,
    linesOut: linesOut.length,
    missing: linesIn.filter(line => !found.has(line)).length,
    foreign: [...found].filter(line => !wanted.has(line)).length,
    duplicates: linesOut.length - found.size,
  };
}

/** Whether the same lines came out, however often. */
export function areSameSets({ missing, foreign }: Comparison): boolean {
  return missing === 0 && foreign === 0;
}
