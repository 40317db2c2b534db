import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { availableParallelism } from 'node:os';

/** One suite of the test run. */
export interface Suite {
  readonly name: string;
  readonly needsBroker: boolean;
  /** Test files that run at the same time. */
  readonly concurrency: number;
}

const cores = Math.max(1, Math.min(2, availableParallelism()));

/** Every suite, in the order they run. */
export const suites: readonly Suite[] = [
  { name: 'tidy', needsBroker: false, concurrency: cores },
  { name: 'unit', needsBroker: false, concurrency: cores },
  { name: 'component', needsBroker: false, concurrency: cores },
  { name: 'integration', needsBroker: true, concurrency: cores },
  { name: 'conformance', needsBroker: true, concurrency: cores },
  { name: 'chaos', needsBroker: true, concurrency: 1 },
];

/** What the command line asks for. */
export interface Selection {
  readonly suites: readonly Suite[];
  /** A file runs when its path contains one of them; empty: every file. */
  readonly fileParts: readonly string[];
}

/** Names of suites select those; every other argument is a part of file paths. */
export function parseSelection(args: readonly string[]): Selection {
  const named = suites.filter(suite => args.includes(suite.name));
  return {
    suites: named.length === 0 ? suites : named,
    fileParts: args.filter(arg => !suites.some(suite => suite.name === arg)),
  };
}

/**
 * Compiled test files of a suite, in the order of their names. Taken from the sources, so that what is left in `dist` of a test
 * that was deleted does not run.
 */
export function listTestFiles(root: string, suite: Suite, fileParts: readonly string[]): readonly string[] {
  let names: readonly string[];
  try {
    names = readdirSync(join(root, 'test', suite.name), { recursive: true, encoding: 'utf8' });
  } catch {
    // A suite without a folder has no tests yet.
    return [];
  }
  return names
    .filter(name => name.endsWith('.test.ts'))
    .map(name => join('test', suite.name, name))
    .filter(path => fileParts.length === 0 || fileParts.some(part => path.includes(part)))
    .sort()
    .map(path => join(root, 'dist', path.replace(/\.ts$/, '.js')));
}
