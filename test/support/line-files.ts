import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { untilTrue } from './standalone-fixture.ts';

/** `count` lines that are all different, from number `first` on. */
export function makeLines(count: number, first = 0): readonly string[] {
  return Array.from({ length: count }, (_, index) => `line ${first + index} ${'abcdefghij'.repeat((index % 7) + 1)}`);
}

/** Writes lines, each with its end. */
export function writeLines(path: string, lines: readonly string[]): Promise<void> {
  return writeFile(path, toText(lines));
}

/** Adds lines to a file. */
export function appendLines(path: string, lines: readonly string[]): Promise<void> {
  return appendFile(path, toText(lines));
}

/** Complete lines of a file; none if there is no such file. */
export async function readLines(path: string): Promise<readonly string[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return []; // not written yet
  }
  return text.split('\n').slice(0, -1);
}

/** Waits until a file has at least as many lines. */
export async function awaitLines(path: string, count: number): Promise<readonly string[]> {
  let lines: readonly string[] = [];
  await untilTrue(`${count} lines in '${path}'`, async () => {
    lines = await readLines(path);
    return lines.length >= count;
  }).catch((error: unknown) => {
    throw new Error(`Only ${lines.length} lines came`, { cause: error });
  });
  return lines;
}

/** What of `wanted` is not in `found`: what was lost. */
export function missingOf(wanted: readonly string[], found: readonly string[]): readonly string[] {
  const there = new Set(found);
  return wanted.filter(line => !there.has(line));
}

function toText(lines: readonly string[]): string {
  return lines.map(line => `${line}\n`).join('');
}
